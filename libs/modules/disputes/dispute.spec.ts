import { OTHER_SCHOOL, PUPIL, SCHOOL, schoolFacts } from '@test/support/given';
import { claimIdOf, command, event, spec } from '@test/support/spec';
import { CloseDispute, ContestUpn, dispute, RejectDispute, UpholdDispute } from './dispute';

const [TODAY, LEAD, OFFICER] = ['2026-02-15', 'lead', 'officer'];
const [UPN, reason] = ['H801200001001', 'The UPN is on the transfer file.'];
const claim = claimIdOf('upn', UPN);
const contest = (differing: Partial<ContestUpn> = {}) =>
  command(ContestUpn, { upn: UPN, school: SCHOOL, reason, ...differing });
const contested = event('disputes.ValueContested', TODAY, { claim, school: SCHOOL, by: LEAD, reason });
const reject = (why = 'They showed the form.') => command(RejectDispute, { reason: why });
const uphold = (why = 'They made a mistake.') => command(UpholdDispute, { reason: why });
const rejected = event('disputes.DisputeRejected', TODAY, { reason: 'They showed the form.' });
const holder = `pupil-${PUPIL}`;
const upheld = event('disputes.DisputeUpheld', TODAY, { claim, holder, reason: 'They made a mistake.' });

const nothing = spec(dispute, { actor: LEAD }).with({ school: schoolFacts });
const open = nothing.given(contested);
const decided = open.by(OFFICER).with({ claim: { by: holder, at: `${TODAY}T08:00:00.000Z` } });

describe('contesting a UPN', () => {
  it('records the keyed id of the UPN, never the UPN, and the person', () => {
    nothing.when(contest()).then(contested);
    expect(open.facts()).toEqual({ school: SCHOOL, state: 'open' });
    expect(dispute.subject?.(open.now() as never, '')).toBe(LEAD);
  });

  it('does not depend on whether a record holds the UPN, and claims nothing', () => {
    nothing
      .with({ claim: { by: holder } })
      .when(contest())
      .then(contested);
    nothing.when(contest()).thenClaimed();
  });

  it('changes nothing if repeated, and is refused for another UPN, school or reason', () => {
    open.when(contest()).thenNothing();
    for (const other of [{ upn: 'T80640122400B' }, { school: OTHER_SCHOOL }, { reason: 'Another.' }])
      open.when(contest(other)).thenRefused('DISPUTE_EXISTS');
  });
});

describe('a decision', () => {
  it('rejects the dispute, once', () => {
    decided.when(reject()).then(rejected);
    decided.given(rejected).when(reject()).thenNothing();
    expect(decided.given(rejected).facts()?.state).toBe('rejected');
  });

  it('upholds the dispute with the record that holds the value, once', () => {
    decided.when(uphold()).then(upheld);
    // The value is free again by then.
    decided.given(upheld).with({ claim: {} }).when(uphold()).thenNothing();
    expect(decided.given(upheld).facts()?.state).toBe('upheld');
  });

  it('is final', () => {
    for (const last of [
      rejected,
      upheld,
      event('disputes.DisputeClosed', TODAY, { at: `${TODAY}T09:00:00.000Z` }),
    ])
      for (const next of [reject('Another.'), uphold('Another.')])
        decided.given(last).when(next).thenRefused('DISPUTE_DECIDED');
  });

  it('is not made by the person who contested the value', () => {
    for (const own of [reject(), uphold()]) decided.by(LEAD).when(own).thenRefused('OWN_DISPUTE');
  });

  it('cannot uphold a dispute about a value that no record holds', () => {
    open.by(OFFICER).when(uphold()).thenRefused('UNKNOWN_CLAIM', 'missing');
  });
});

describe('closing a dispute', () => {
  it('ends an open one only', () => {
    open
      .when(new CloseDispute())
      .then(event('disputes.DisputeClosed', TODAY, { at: '2026-02-15T09:00:00.000Z' }));
    open.given(rejected).when(new CloseDispute()).thenNothing();
    open.given(upheld).when(new CloseDispute()).thenNothing();
  });
});

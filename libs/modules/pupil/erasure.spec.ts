import { SCHOOL, remains } from '@test/support/given';
import { DAY, HOLD, known, reason, TODAY, unknown } from '@test/support/pupil/rights';
import { command, event } from '@test/support/spec';
import { CompleteErasure, ErasePupil, RefuseErasure } from './erasure';
import { LiftLegalHold, PlaceLegalHold } from './holds';
import { pupil } from './pupil';

const AT = '2026-02-15T10:00:00.000Z';
const erase = command(ErasePupil, { ground: 'CONSENT_WITHDRAWN', on: DAY });
const erased = event('PupilErased', DAY, { ground: 'CONSENT_WITHDRAWN', on: DAY });
const complete = command(CompleteErasure, { keyDestroyedAt: AT, events: 7, remains });
const refuse = command(RefuseErasure, { ground: 'LEGAL_CLAIMS', on: DAY, reason });
const hold = command(PlaceLegalHold, { hold: HOLD, on: DAY, reason });
const after = known.given(erased);

describe('erasing a pupil', () => {
  it('is recorded with the day of the decision and the ground', () => {
    known.when(erase).then(erased);
  });

  it('changes nothing if repeated, on any ground', () => {
    after.when(erase).thenNothing();
    after.when(command(ErasePupil, { ground: 'RETENTION_ENDED', on: TODAY })).thenNothing();
  });

  it('is refused while there is a legal hold, and allowed afterwards', () => {
    known.after(hold).when(erase).thenRefused('LEGAL_HOLD');
    known
      .after(hold, command(LiftLegalHold, { hold: HOLD, on: DAY }))
      .when(erase)
      .then(erased);
  });

  it('is recorded despite a legal hold if it was decided before the state that a restore brought back', () => {
    const again = { ground: 'ERASED_BEFORE_RESTORE', on: DAY } as const;
    known
      .after(hold)
      .when(command(ErasePupil, again))
      .then(event('PupilErased', DAY, again));
  });

  it('is refused if the pupil does not exist', () => {
    unknown.when(erase).thenRefused('UNKNOWN_PUPIL', 'missing');
  });

  it('leaves nothing about the person in memory except the pupil’s schools', () => {
    expect(after.now()).toEqual({
      ...{ former: [], objections: {}, holds: [], restricted: false, erasure: 'begun' },
      schools: [{ school: SCHOOL, from: '2025-09-01' }],
    });
    expect(known.facts()?.erased).toBe(false);
    expect(after.facts()?.erased).toBe(true);
    expect(after.facts()?.schoolOn(TODAY)).toBe(SCHOOL);
  });
});

describe('an erased pupil', () => {
  // An erased pupil gives up its UPN, because the claim outlives the record; see upn-release.spec.ts.
  const accepted = ['ErasePupil', 'CompleteErasure', 'ReleaseUpn', 'ConfirmUpnRelease'];
  const others = [...pupil.handlers].filter(([name]) => !accepted.includes(name));

  it('has commands that could be sent', () => {
    expect(others.length).toBeGreaterThan(10);
  });

  it.each(others)('refuses %s', (_, { command: type }) => {
    after.when(new type()).thenRefused('PUPIL_ERASED', 'gone');
  });
});

describe('completing an erasure', () => {
  const completed = event('ErasureCompleted', TODAY, { keyDestroyedAt: AT, events: 7, remains });

  it('records when the key was destroyed and the number of events', () => {
    after.when(complete).then(completed);
  });

  it('changes nothing if repeated', () => {
    after.given(completed).when(complete).thenNothing();
    after.given(completed).when(erase).thenNothing();
  });

  it('is refused if no erasure was decided', () => {
    known.when(complete).thenRefused('NOT_ERASED');
  });
});

describe('refusing to erase a pupil', () => {
  it('is recorded once, with its statutory ground', () => {
    const refused = event('ErasureRefused', DAY, { ground: 'LEGAL_CLAIMS', on: DAY, reason });
    known.when(refuse).then(refused);
    known.given(refused).when(refuse).thenNothing();
    expect(known.given(refused).facts()?.erased).toBe(false);
    expect(pupil.personal.get('ErasureRefused')).toEqual(['reason']);
  });
});

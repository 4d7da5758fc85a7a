import { PUPIL, SCHOOL, schoolFacts } from '@test/support/given';
import { known, TODAY, unknown } from '@test/support/pupil/rights';
import { claimIdOf, command, event, spec } from '@test/support/spec';
import { ChangeUpn, RegisterPupil } from './identity';
import { pupil } from './pupil';
import { ConfirmUpnRelease, ReleaseUpn } from './upn-release';

const [UPN, OTHER] = ['T80640122400B', 'H801200001001'];
const claim = claimIdOf('upn', UPN);
const release = command(ReleaseUpn, { claim });
const confirm = command(ConfirmUpnRelease, { claim });
const changed = event('UpnChanged', TODAY, { upn: OTHER, former: UPN });

describe('releasing a UPN', () => {
  it('takes the current UPN off the pupil', () => {
    known.when(release).then(event('UpnReleased', TODAY, { claim, upn: UPN }));
    expect(known.after(release).now().upn).toBeUndefined();
    expect(known.after(release).facts()?.schoolOn(TODAY)).toBe(SCHOOL);
  });

  it('takes a former UPN off the pupil, who keeps the current one', () => {
    const after = known.given(changed).after(release).now();
    expect([after.upn, after.former]).toEqual([OTHER, []]);
  });

  it('is recorded for a pupil who does not have the UPN, was never registered or is erased', () => {
    const released = event('UpnReleased', TODAY, { claim });
    known
      .when(command(ReleaseUpn, { claim: 'upn.other' }))
      .then({ ...released, data: { claim: 'upn.other' } });
    unknown.when(release).then(released);
    known
      .given(event('PupilErased', TODAY, { ground: 'CONSENT_WITHDRAWN', on: TODAY }))
      .when(release)
      .then(released);
    expect(unknown.after(release).facts()).toBeUndefined();
  });

  it('keeps the UPN from the pupil until the release is confirmed', () => {
    const register = command(RegisterPupil, {
      ...{ upn: UPN, forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' },
      ...{ school: SCHOOL, schoolFrom: '2025-09-01' },
    });
    const again = command(ChangeUpn, { upn: UPN });
    const releasing = known.after(release);
    releasing.when(again).thenRefused('UPN_BEING_RELEASED');
    releasing
      .when(command(ChangeUpn, { upn: OTHER }))
      .then(event('UpnChanged', TODAY, { upn: OTHER, former: '' }));
    unknown.after(release).when(register).thenRefused('UPN_BEING_RELEASED');

    releasing
      .after(confirm)
      .when(again)
      .then(event('UpnChanged', TODAY, { upn: UPN, former: '' }));
    releasing.after(confirm).when(again).thenClaimed(['upn', UPN]);
    expect(releasing.after(confirm, again).now().former).toEqual([]);
    expect(unknown.after(release, confirm, register).now().upn).toBe(UPN);
  });

  it('is confirmed once', () => {
    known.when(confirm).thenNothing();
    known
      .after(release)
      .when(confirm)
      .then(event('UpnReleaseConfirmed', TODAY, { claim }));
    known.after(release, confirm).when(confirm).thenNothing();
  });

  it('leaves a pupil who can be folded after an erasure, when the UPNs are absent', () => {
    const folded = spec(pupil, { id: PUPIL })
      .with({ school: schoolFacts })
      .given(event('UpnChanged', TODAY, {} as never), event('UpnReleased', TODAY, { claim }));
    expect(folded.now()).toMatchObject({ former: [], releasing: [claim] });
  });
});

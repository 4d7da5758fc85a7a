import type { Lookup } from '@waymark/core/kernel';
import { scopesOf } from '@waymark/governance/access';
import { MoveSchool } from '@waymark/modules/pupil';
import { openProgramme } from '../imports/office';
import { HARBOUR, NORTHGATE, referrals, referred } from '../imports/papers';
import { upnOf } from '../support/made-up';

jest.setTimeout(60_000);

describe('a pupil', () => {
  it('lies in the scope of the current school, by the service’s clock', async () => {
    const { platform, take, command, pupil } = await openProgramme();
    const upn = upnOf(7_001);
    await take({ 'referrals.csv': referrals(referred(upn)) });
    const id = await pupil(upn);
    // The office's clock is set to the day before.
    await command('pupil', id, MoveSchool, { school: NORTHGATE, from: '2026-03-03' });
    const schoolOf = async (look: Lookup): Promise<string | undefined> =>
      (await scopesOf(look, 'pupil', id))[0]?.school;

    expect(await schoolOf(platform.look)).toBe(HARBOUR);
    expect(await schoolOf({ ...platform.look, today: () => '2026-03-03' })).toBe(NORTHGATE);
  });
});

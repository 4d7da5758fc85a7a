import { scopesOf } from '@waymark/governance/access';
import { MoveSchool } from '@waymark/modules/pupil';
import { openProgramme } from '../imports/office';
import { HARBOUR, NORTHGATE, referrals, referred } from '../imports/papers';
import { upnOf } from '../support/made-up';

jest.setTimeout(60_000);

describe('a pupil', () => {
  it('belongs to the school of today, as the service’s clock has it', async () => {
    const { platform, take, command, pupil } = await openProgramme();
    const upn = upnOf(7_001);
    await take({ 'referrals.csv': referrals(referred(upn)) });
    const id = await pupil(upn);
    // The office's clock stands at the day before.
    await command('pupil', id, MoveSchool, { school: NORTHGATE, from: '2026-03-03' });
    const schoolOf = async (sources: Parameters<typeof scopesOf>[0]): Promise<string | undefined> =>
      (await scopesOf(sources, 'pupil', id))[0]?.school;
    const { submitter, rows } = platform;

    expect(await schoolOf(platform)).toBe(HARBOUR);
    expect(await schoolOf({ submitter, rows, now: () => '2026-03-03T00:00:00.000Z' })).toBe(NORTHGATE);
  });
});

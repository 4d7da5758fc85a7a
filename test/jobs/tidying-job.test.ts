import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { EXPORTS_KEPT, TIDYING, tidyingJob } from '@waymark/modules/exports';
import { IMPORT } from '@waymark/modules/imports/import-job';
import { Platform } from '@waymark/platform';
import { inState } from '../support/jobs';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(30_000);

const DAY = 86_400_000;
const MINUTE = 60_000;

/** A platform that runs only the tidying job, and a function that creates folders of a given age. */
async function home() {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data });
  afterwards(() => platform.close());
  await platform.work([tidyingJob(platform)]);
  return {
    platform,
    leave: (kind: 'uploads' | 'exports', id: string, age: number): void => {
      const folder = join(data, kind, id);
      mkdirSync(join(folder, 'files'), { recursive: true });
      const then = (Date.now() - age) / 1_000;
      utimesSync(folder, then, then);
    },
    left: (kind: 'uploads' | 'exports'): string[] => readdirSync(join(data, kind)).sort(),
    tidy: async (): Promise<unknown> => {
      const id = await platform.jobs.add({ kind: TIDYING, data: {} });
      return (await inState(platform.jobs, id, 'done')).result;
    },
  };
}

describe('tidying', () => {
  it('does nothing if there were no uploads or exports', async () => {
    const { tidy } = await home();
    expect(await tidy()).toEqual({ removed: 0 });
  });

  it('deletes uploads without a job after a day, and keeps those with a job', async () => {
    const { platform, leave, left, tidy } = await home();
    leave('uploads', 'received', 0);
    leave('uploads', 'late', DAY - MINUTE);
    leave('uploads', 'lost', DAY + MINUTE);
    for (const id of ['waiting', 'cancelled']) {
      leave('uploads', id, 30 * DAY);
      await platform.jobs.add({ kind: IMPORT, id, data: { actor: 'local-operator', aliases: false } });
    }
    await platform.jobs.cancel('cancelled');
    expect(await tidy()).toEqual({ removed: 1 });
    expect(left('uploads')).toEqual(['cancelled', 'late', 'received', 'waiting']);
  });

  it('deletes exports after a week', async () => {
    const { leave, left, tidy } = await home();
    leave('exports', 'old', EXPORTS_KEPT + MINUTE);
    leave('exports', 'young', EXPORTS_KEPT - MINUTE);
    expect(EXPORTS_KEPT).toBe(7 * DAY);
    expect(await tidy()).toEqual({ removed: 1 });
    expect(left('exports')).toEqual(['young']);
  });
});

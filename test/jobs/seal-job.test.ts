import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JobContext } from '@waymark/core/kernel';
import { type SealReport, verifyLog } from '@waymark/core/log';
import { sealJob } from '@waymark/core/upkeep';
import { Platform } from '@waymark/platform';
import { newEvent, range } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';

describe('the job that seals the log', () => {
  it('seals new events once, however many workers there are', async () => {
    const data = temporaryDirectory();
    const platforms = [await Platform.open({ data }), await Platform.open({ data })];
    afterwards(() => Promise.all(platforms.map((platform) => platform.close())));
    const [one, other] = platforms as [Platform, Platform];
    const run = (platform: Platform) =>
      sealJob(platform).run({} as never, { signal: new AbortController().signal } as JobContext);
    expect(await run(one)).toEqual({ seals: 0, events: 0, sealed: 0 });
    expect(existsSync(join(data, 'seals.jsonl'))).toBe(false);

    await one.stores.events.append(
      'projection-x',
      'none',
      range(9).map(() => newEvent('EventSkipped')),
    );
    const reports = await Promise.all([run(one), run(other), run(one)]);
    expect(reports.filter((report) => (report as SealReport | undefined)?.seals === 1)).toEqual([
      { seals: 1, events: 9, sealed: 9 },
    ]);
    expect(await run(other)).toEqual({ seals: 0, events: 0, sealed: 9 });
  });

  it('leaves a valid log: the events of the platform are chained', async () => {
    const platform = await Platform.open({ data: temporaryDirectory() });
    afterwards(() => platform.close());
    await platform.events.append('projection-x', 'any', [newEvent('EventSkipped'), newEvent('EventSkipped')]);
    await platform.events.append('projection-x', 1, [newEvent('EventSkipped')]);
    expect(await verifyLog(platform.stores.events)).toMatchObject({ events: 3, unchained: 0 });
  });
});

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { checkRelease } from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { waymark } from '../ops/command-line';
import { newEvent } from '../support/events';
import { temporaryDirectory } from '../support/stores';

jest.setTimeout(60_000);

const record = (platform: Platform, stream: string) =>
  platform.events.append(stream, 'any', [newEvent('EventSkipped'), newEvent('EventSkipped')]);

/** A data folder with three sealed streams of two events each, and a fourth that is not sealed. */
async function sealedFolder(): Promise<string> {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data, work: false });
  for (const stream of ['projection-x', 'projection-y', 'projection-z']) await record(platform, stream);
  await platform.sealLog();
  await record(platform, 'projection-w');
  await platform.close();
  return data;
}

const removed = (data: string, ...streams: readonly string[]): void => {
  const db = new Database(join(data, 'events.sqlite'));
  for (const stream of streams) db.prepare('DELETE FROM events WHERE stream = ?').run(stream);
  db.close();
};

const TEXT =
  /the log has 4 of the 6 events up to position 6 that seal 1 covers\. An event is missing before the event at position 5\./;

it('check says how many sealed events are missing, and which is the first', async () => {
  const data = await sealedFolder();
  const findings = async () => {
    const platform = await Platform.open({ data, work: false });
    const { findings: found } = await checkRelease(platform).finally(() => platform.close());
    return found.filter(({ effect }) => effect === 'blocks');
  };
  expect(await findings()).toEqual([]);
  removed(data, 'projection-w');
  expect(await findings()).toEqual([]);
  removed(data, 'projection-y');
  expect(await findings()).toMatchObject([
    { code: 'SEALED_EVENTS_MISSING', message: expect.stringMatching(TEXT) },
  ]);
});

it('a rebuild says at its end how many sealed events are missing, and ends with code 1', async () => {
  const data = await sealedFolder();
  expect(await waymark(data, 'rebuild', 'start', 'caseload')).toMatchObject({ code: 0 });
  removed(data, 'projection-y');
  const built = await waymark(data, 'rebuild', 'start', 'caseload');
  expect(built).toMatchObject({ code: 1, out: expect.stringContaining('live') });
  expect(built.errors).toMatch(TEXT);
});

it('a service reports sealed events that are missing after a rebuild', async () => {
  const data = await sealedFolder();
  removed(data, 'projection-y');
  const faults: unknown[] = [];
  const platform = await Platform.open({
    data,
    onFault: (what, reason, fault) => faults.push([what, reason, fault]),
  });
  await platform.rebuilder.plan(['caseload']);
  await platform.rebuilder.run(['caseload']);
  await platform.close();
  expect(faults).toContainEqual([
    'log',
    expect.stringMatching(TEXT),
    { event: 'log.incomplete', sealed: 6, found: 4 },
  ]);
});

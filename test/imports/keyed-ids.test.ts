import { sourceFiles } from '@waymark/core/imports';
import type { RecordedEvent } from '@waymark/core/kernel';
import { Importer } from '@waymark/modules/imports/importer';
import { EndJourney } from '@waymark/modules/journey';
import { Platform } from '@waymark/platform';
import { earlierEvents, PUPILS, pupilFiles, SETTING, setting } from '../earlier/earlier';
import { readWhole } from '../support/events';
import { upnOf } from '../support/made-up';
import { afterwards, temporaryDirectory } from '../support/stores';
import { written } from './office';
import { programme } from './papers';

jest.setTimeout(60_000);

/** What the same two imports and the same command record in a service with this key. */
async function recordedWith(key: string): Promise<readonly RecordedEvent[]> {
  const platform = await Platform.open({
    data: temporaryDirectory(),
    clock: { now: () => '2026-02-02T09:00:00.000Z' },
    hashKey: Buffer.alloc(32, key),
  });
  afterwards(() => platform.close());
  for (const [id, files] of [
    [SETTING, setting],
    [PUPILS, pupilFiles],
  ] as const) {
    const sources = await sourceFiles(written(temporaryDirectory(), files));
    await new Importer(platform, id, sources, { actor: 'local-operator' }).run();
    await platform.settle();
  }
  const { submitter } = platform;
  const pupil = (await submitter.holder('upn', upnOf(7_001)))!.replace('pupil-', '');
  const journey = (await submitter.holder('journey', `${programme.id}/${pupil}`))!.replace('journey-', '');
  await submitter.submit({
    ...{ module: 'journey', id: journey, actor: 'clerk', idempotencyKey: upnOf(7_001) },
    command: Object.assign(new EndJourney(), { ending: 'MOVED_AWAY', reason: 'To Kent.', on: '2025-12-12' }),
  });
  return readWhole(platform.stores.events);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const HASH = /(?<![0-9a-z])[0-9a-f]{32,64}(?![0-9a-z])/g;
const found = (pattern: RegExp, events: readonly object[]): ReadonlySet<string> =>
  new Set(JSON.stringify(events).match(pattern));
const common = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
  [...one].filter((value) => other.has(value)).sort();

describe('what a log holds of imported files', () => {
  it('has no id in common with another service that imported the same files, except the ids of the imports', async () => {
    const [one, other] = [await recordedWith('a'), await recordedWith('b')];
    expect(one).toHaveLength(other.length);
    expect(common(found(UUID, one), found(UUID, other))).toEqual([SETTING, PUPILS].sort());
    expect(found(UUID, one).size).toBeGreaterThan(60);
  });

  it('has no hash in common with it either', async () => {
    const [one, other] = [await recordedWith('a'), await recordedWith('b')];
    expect(common(found(HASH, one), found(HASH, other))).toEqual([]);
    expect(found(HASH, one).size).toBeGreaterThan(10);
  });

  it('has version 8 in every derived id, but version 5 in those that earlier releases derived without a key', async () => {
    const versions = (events: readonly RecordedEvent[]) =>
      new Set(events.map(({ metadata }) => metadata.command.id.charAt(14)));
    expect(versions(await recordedWith('a'))).toEqual(new Set(['8', '4']));
    expect(versions(earlierEvents)).toEqual(new Set(['5', '4']));
  });
});

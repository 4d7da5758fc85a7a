import { join } from 'node:path';
import type { EventStore } from '@waymark/core/kernel';
import { copyLog, type CopyProgress } from '@waymark/core/log';
import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { openLog, startStandIn, startStandInProcess } from '../support/eventstoredb/start';
import { afterwards, temporaryDirectory } from '../support/stores';
import { killedUntilDone } from './killed-copies';

const sqlite = (file = join(temporaryDirectory(), 'events.sqlite')): EventStore => {
  const store = new SqliteEventStore(file);
  afterwards(() => store.close());
  return store;
};

/** A log with interleaved streams and data that is hard to copy unchanged. */
async function filled(store: EventStore): Promise<EventStore> {
  const odd = { z: 1, a: { ü: '…', list: [null, 1.5, -0.1, '\u2028'] }, 10: 'ten', 9: true, empty: {} };
  await store.append('pupil-1', 'none', [
    newEvent('Odd', odd, { subject: 'Ünal', schema: 3 }),
    newEvent('Odd'),
  ]);
  const events = (n: number) => range(1 + (n % 3)).map((each) => newEvent('Noted', { n, each }));
  await Promise.all(range(700).map((n) => store.append(`journey-${String(n % 7)}`, 'any', events(n))));
  await store.append(
    'import-1',
    'none',
    range(250).map((n) => newEvent('Noted', { n })),
  );
  return store;
}

/** A log without what the store assigns, byte for byte. */
const bytes = async (store: EventStore): Promise<string[]> =>
  (await readWhole(store)).map(({ position: _assigned, ...event }) => JSON.stringify(event));

jest.setTimeout(120_000);

describe('a log copied to EventStoreDB and back', () => {
  it('is identical byte for byte and in the same order', async () => {
    const connect = await openLog();
    const source = await filled(sqlite());
    const whole = await bytes(source);
    const all = { events: whole.length, copied: whole.length };

    const server = connect();
    expect(await copyLog(source, server)).toEqual(all);
    expect(await bytes(server)).toEqual(whole);
    const back = sqlite();
    expect(await copyLog(server, back, { keepsOrder: true })).toEqual(all);
    expect(await bytes(back)).toEqual(whole);

    expect(await copyLog(back, server)).toEqual({ ...all, copied: 0 });
    await back.append('journey-1', 'any', [newEvent('Noted')]);
    expect(await copyLog(back, server)).toEqual({ events: whole.length + 1, copied: 1 });
    expect(await bytes(server)).toEqual(await bytes(back));
    await expect(copyLog(source, server)).rejects.toMatchObject({ code: 'TARGET_HOLDS_OTHERS' });
  });

  it('is copied once although responses are lost', async () => {
    const server = await startStandIn();
    const target = new EventStoreDbEventStore(server.url);
    afterwards(() => target.close());
    const source = await filled(sqlite());
    const reported: CopyProgress[] = [];
    server.failAppends('cut after', 'cut before', 'silence after', 'cut after', 'written late');
    await copyLog(source, target, { onProgress: (progress) => reported.push(progress) });
    expect(await bytes(target)).toEqual(await bytes(source));
    expect(reported.at(-1)!.doing).toBe('verifying');
  });

  it('is completed by running the copy again, however often it is killed', async () => {
    const { url } = await startStandInProcess();
    const from = join(temporaryDirectory(), 'from.sqlite');
    const whole = await bytes(await filled(sqlite(from)));
    const server = new EventStoreDbEventStore(url);
    afterwards(() => server.close());
    const kills = await killedUntilDone(from, url, 300, async () => {
      const copied = await bytes(server);
      expect(copied).toEqual(whole.slice(0, copied.length));
    });
    expect(kills).toBeGreaterThan(1);
    expect(await bytes(server)).toEqual(whole);
  });
});

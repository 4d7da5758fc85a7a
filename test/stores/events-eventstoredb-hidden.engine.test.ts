import { EventStoreDBClient } from '@eventstore/db-client';
import type { LogStore, NewEvent, StreamDamaged } from '@waymark/core/kernel';
import { chaining, verifyLog } from '@waymark/core/log';
import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { newEvent, range, readWhole, revisions } from '../support/events';
import type { StandIn } from '../support/eventstoredb/server';
import { startStandIn } from '../support/eventstoredb/start';
import { InstallLocker, OpenHall, send, StoreItems, submitterOver } from '../support/lockers';
import { afterwards, closedAfterwards } from '../support/stores';

const STREAM = 'locker-a';
const note = (): NewEvent => newEvent('Noted', { text: 'a' });
const INCOMPLETE = { name: 'StreamDamaged', code: 'STREAM_INCOMPLETE', stream: STREAM };

let server: StandIn;
let client: EventStoreDBClient;
let store: LogStore;

/** What the administrator of a server can do to a stream, so that its reads lack events. */
const hidings: readonly (readonly [
  what: string,
  hide: () => Promise<unknown>,
  seen: readonly number[] | 'refused',
])[] = [
  ['it was deleted', () => client.deleteStream(STREAM), 'refused'],
  ['it was deleted for ever', () => client.tombstoneStream(STREAM), 'refused'],
  ['$tb', () => setMetadata({ $tb: 2 }), [2, 3]],
  ['$maxCount', () => setMetadata({ $maxCount: 1 }), [3]],
  ['$maxAge', () => setMetadata({ $maxAge: 1 }, 1_100), 'refused'],
];

/** The client has no field for `$tb`: it is set as any other. */
async function setMetadata(metadata: Readonly<Record<string, number>>, wait = 0): Promise<void> {
  await client.setStreamMetadata(STREAM, metadata);
  await new Promise((resolve) => setTimeout(resolve, wait));
}

beforeEach(async () => {
  server = await startStandIn();
  client = EventStoreDBClient.connectionString(server.url);
  store = closedAfterwards(new EventStoreDbEventStore(server.url));
  afterwards(() => client.dispose());
});

describe('a stream of EventStoreDB (stand-in) of which reads lack events', () => {
  beforeEach(() => chaining(store).append(STREAM, 'none', [note(), note(), note(), note()]));

  it.each(hidings)('stays whole in the log, and appends continue it: %s', async (what, hide, seen) => {
    await hide();
    expect(revisions(await readWhole(store))).toEqual([0, 1, 2, 3]);
    const read = await store
      .readStream(STREAM)
      .then(revisions, (error: unknown) => (error as StreamDamaged).code);
    expect(read).toEqual(seen === 'refused' ? 'STREAM_INCOMPLETE' : seen);
    if (what === 'it was deleted for ever') return;
    // The server accepts it. That is why the adapter must not get that far.
    expect(await store.append(STREAM, 3, [note()])).toMatchObject({ revision: 4 });
    expect(revisions(await readWhole(store))).toEqual([0, 1, 2, 3, 4]);
  });

  it.each(hidings)(
    'is read by no command, forwards or backwards, and not appended to: %s',
    async (_what, hide) => {
      await hide();
      const log = chaining(store);
      for (const options of [{}, { limit: 1 }] as const)
        await expect(log.readStream(STREAM, options)).rejects.toMatchObject(INCOMPLETE);
      for (const expected of ['none', 'any'] as const)
        await expect(log.append(STREAM, expected, [note()])).rejects.toMatchObject(INCOMPLETE);
      expect(await readWhole(store)).toHaveLength(4);
    },
  );

  it.each(hidings)(
    'is named by verification, and is whole again without the metadata: %s',
    async (what, hide) => {
      await chaining(store).append('locker-b', 'none', [note()]);
      await hide();
      const deleted = what.startsWith('it was') || what === '$maxAge';
      const { fault, hidden, events } = await verifyLog(store);
      expect([events, hidden.map(({ stream }) => stream)]).toEqual([5, [STREAM]]);
      expect(hidden[0]!.what).toBe(deleted ? 'deleted' : 'cut');
      expect(fault).toMatchObject({ kind: 'HIDDEN', stream: STREAM });
      expect(fault!.message).toContain(STREAM);
      if (what === 'it was deleted for ever') return;
      await setMetadata({});
      expect(revisions(await chaining(store).readStream(STREAM))).toEqual([0, 1, 2, 3]);
      expect((await verifyLog(store)).fault).toBeUndefined();
    },
  );

  it.each(hidings)('is still refused and named after a scavenge: %s', async (what, hide) => {
    await hide();
    server.log.scavenge();
    await expect(chaining(store).readStream(STREAM)).rejects.toMatchObject(INCOMPLETE);
    if (what !== 'it was deleted for ever') {
      await setMetadata({});
      await expect(chaining(store).readStream(STREAM)).rejects.toMatchObject(INCOMPLETE);
    }
    const { fault, hidden } = await verifyLog(store);
    expect(fault).toMatchObject({ stream: STREAM });
    expect(hidden).toMatchObject([{ stream: STREAM }]);
  });

  it('is noticed when the server writes the first event of a deleted stream as a later revision', async () => {
    await client.deleteStream(STREAM);
    await expect(store.append(STREAM, 'none', [note()])).rejects.toMatchObject({
      ...INCOMPLETE,
      reason: expect.stringContaining('revision 4'),
    });
    // The server has then cut the stream there.
    expect(revisions(await store.readStream(STREAM))).toEqual([4]);
    await expect(chaining(store).readStream(STREAM)).rejects.toMatchObject(INCOMPLETE);
  });
});

describe('commands on a stream of EventStoreDB (stand-in) of which reads lack events', () => {
  it.each(hidings)(
    'are refused, also if its state is cached, and others are carried out: %s',
    async (what, hide) => {
      const submitter = (): ReturnType<typeof submitterOver> => submitterOver(chaining(store));
      const cached = submitter();
      await send(cached, 'hall-north', OpenHall, { room: 3 });
      await send(cached, STREAM, InstallLocker, { number: '17', hall: 'north' });
      await send(cached, STREAM, StoreItems, { items: ['bag', 'coat', 'shoes'] });
      await hide();
      const before = await readWhole(store);

      await expect(send(submitter(), STREAM, StoreItems, { items: ['key'] })).rejects.toMatchObject(
        INCOMPLETE,
      );
      // A stream that is cut, but not at its end, is complete in the cache: what is decided there is decided on all of it.
      if (what.startsWith('it was') || what === '$maxAge')
        await expect(send(cached, STREAM, StoreItems, { items: ['key'] })).rejects.toMatchObject(INCOMPLETE);
      expect(await readWhole(store)).toEqual(before);

      await send(submitter(), 'locker-b', InstallLocker, { number: '18', hall: 'north' });
      const { fault, events } = await verifyLog(store);
      expect([events, fault?.kind]).toEqual([before.length + 2, 'HIDDEN']);
    },
  );

  it('on a stream without metadata of its own are not affected by those of others', async () => {
    await client.setStreamMetadata('locker-other', { maxCount: 1 });
    await chaining(store).append(STREAM, 'none', range(3).map(note));
    expect(await chaining(store).readStream(STREAM)).toHaveLength(3);
  });
});

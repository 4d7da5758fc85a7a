import type { Socket } from 'node:net';
import type { Db } from 'mongodb';
import { type RowStore, START, StoreUnavailable, type View } from '@waymark/core/kernel';
import { openDatabase } from '@waymark/stores/mongodb/connection';
import { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';
import { randomFrom } from '../crash/moments';
import { newEvent, range } from '../support/events';
import { forTests, outages, startOwnMongoDb } from '../support/mongodb/server';
import { type Matches, type Proxy, startProxy } from '../support/proxy';
import {
  changesOf,
  lockerLog,
  projectAll,
  projectBatch,
  type Projecting,
  rowsAfter,
} from '../support/small-projector';
import { afterwards } from '../support/stores';
import { contents, folded } from '../support/views';

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 2 ** 31);
const view = contents as View;

/** Matches a command of MongoDB's protocol. */
const command =
  (names: readonly string[], collection: string): Matches =>
  (sent) =>
    names.some((name) => sent.includes(`\u0002${name}\0`)) && sent.includes(`\0${collection}\0`);
const ROWS_WRITTEN = command(['insert', 'update'], 'rows.contents@1');
const CHECKPOINT_MOVED = command(['update'], 'checkpoints');

/** Matches only the nth match. */
const nth =
  (count: number, matches: Matches): Matches =>
  (sent) =>
    matches(sent) && (count -= 1) === 0;

/** Time for restarting a server twice on a busy machine, in milliseconds. */
const RESTARTS = 180_000;

/** The driver's connections that are in use, which are not part of its public API. */
const connectionsOf = ({ client }: Db): Iterable<{ readonly socket: Socket }> => {
  interface Server {
    readonly pool: { readonly checkedOut: Iterable<{ readonly socket: Socket }> };
  }
  const { topology } = client as unknown as {
    readonly topology: { readonly s: { servers: Map<string, Server> } };
  };
  return [...topology.s.servers.values()].flatMap(({ pool }) => [...pool.checkedOut]);
};

const unavailable = (error: unknown): boolean => error instanceof StoreUnavailable;

describe(`faults in the connection to MongoDB, FAULTS_SEED=${String(seed)}`, () => {
  const random = randomFrom(seed);
  const upTo = (most: number) => () => 1 + Math.floor(random() * most);
  const server = forTests(startOwnMongoDb);
  let url: string;
  /** A store with a direct connection. */
  let store: RowStore;
  let projecting: Projecting;

  beforeEach(async () => {
    url = server().database();
    store = await open(url);
    await store.prepare(view);
    projecting = { view, log: lockerLog(random, 100), window: () => 10 };
  });

  const open = async (to: string): Promise<RowStore> => {
    const opened = await MongoRowStore.open(to, { serverSelectionTimeoutMS: 5_000 });
    afterwards(() => opened.close());
    return opened;
  };
  /** A store that connects through its own proxy. */
  const throughProxy = async (): Promise<{ proxy: Proxy; cut: RowStore }> => {
    const proxy = await startProxy(server().port);
    afterwards(() => proxy.close());
    return { proxy, cut: await open(url.replace(String(server().port), String(proxy.port))) };
  };
  const expectRight = async (): Promise<void> => {
    expect(await rowsAfter(store, projecting)).toEqual(folded(projecting.log, [view]));
  };
  /** The positions that rows reflect, in ascending order. */
  const positions = async (): Promise<number[]> => {
    const keys = projecting.log.map((event) => view.key(event));
    return [...(await store.load(view, keys)).values()].map(({ position }) => position).sort((a, b) => a - b);
  };

  describe.each([
    { cut: 'before rows are written', at: ROWS_WRITTEN, when: 'before', rows: false, moved: false },
    { cut: 'after rows are written', at: ROWS_WRITTEN, when: 'after', rows: true, moved: false },
    { cut: 'before the checkpoint moves', at: CHECKPOINT_MOVED, when: 'before', rows: true, moved: false },
    { cut: 'after the checkpoint has moved', at: CHECKPOINT_MOVED, when: 'after', rows: true, moved: true },
  ] as const)('a connection cut $cut', ({ at, when, rows, moved }) => {
    let crashed: RowStore;
    const to = 9 * 3; // position of the first batch's last event

    beforeEach(async () => {
      const { proxy, cut } = await throughProxy();
      crashed = cut;
      const sprung = proxy.cutAt(at, when);
      await expect(projectBatch(crashed, projecting, START)).rejects.toBeInstanceOf(StoreUnavailable);
      await sprung;
    });

    it('leaves the rows as they were or as the batch makes them, and the checkpoint never ahead', async () => {
      expect(await store.checkpoint(view)).toBe(moved ? to : START);
      expect(new Set(await positions())).toEqual(new Set(rows ? [to] : []));
    });

    it('is recovered from by the same projector, which retries from the checkpoint it expects', async () => {
      await projectBatch(crashed, projecting, START).catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'CheckpointMoved', actual: to });
        expect(moved).toBe(true);
      });
      expect(await store.checkpoint(view)).toBe(to);

      await projectAll(crashed, projecting);
      await expectRight();
    });

    it('is recovered from by another projector with different batches', async () => {
      await projectAll(store, { ...projecting, window: upTo(15) });
      await expectRight();
    });

    it('is recovered from by another owner, even if the first one comes back late', async () => {
      await store.fence(view, 2);
      await expect(projectBatch(crashed, { ...projecting, epoch: 1 }, START)).rejects.toThrow(/owner 2/);
      await projectAll(store, { ...projecting, window: upTo(15), epoch: 2 });
      await expectRight();
    });
  });

  describe('an owner whose writes arrive late', () => {
    const late = async (held: Matches): Promise<{ release: () => void; written: Promise<unknown> }> => {
      const { proxy, cut } = await throughProxy();
      await store.fence(view, 1);
      const onItsWay = proxy.holdAt(held);
      const written = projectBatch(cut, { ...projecting, window: () => 30, epoch: 1 }, START).catch(
        (error: unknown) => error,
      );
      return { release: await onItsWay, written };
    };

    it.each([
      ['fewer events than its own', 10],
      ['more events than its own', 60],
    ])('does not affect rows of the next owner, which has written %s', async (_, window) => {
      const { release, written } = await late(ROWS_WRITTEN);
      const next = { ...projecting, window: () => window, epoch: 2 };
      const at = await projectBatch(store, next, await store.fence(view, 2));
      release();

      expect(await written).toMatchObject({ name: 'Fenced', epoch: 1, actual: 2 });
      expect(await store.checkpoint(view)).toBe(at);
      await projectAll(store, next);
      await expectRight();
    });

    it('does not affect rows that the next owner had loaded before and writes afterwards', async () => {
      const { release, written } = await late(ROWS_WRITTEN);
      const from = await store.fence(view, 2);
      const window = projecting.log.slice(0, 20);
      const changes = await changesOf(store, view, window);
      release();
      expect(await written).toMatchObject({ name: 'Fenced', epoch: 1, actual: 2 });

      const to = window.at(-1)!.position;
      await expect(store.commit(view, { from, to, epoch: 2, changes })).rejects.toMatchObject({
        name: 'CheckpointMoved',
        actual: from,
      });
      await projectAll(store, { ...projecting, epoch: 2 });
      await expectRight();
    });

    it('does not restore a row that the next owner has deleted', async () => {
      const [stored, ...others] = lockerLog(() => 0.99, 2);
      const emptied = { ...stored!, ...newEvent('LockerEmptied'), position: 1 };
      projecting = { view, log: [stored!, emptied, ...others], window: () => 1 };
      const { proxy, cut } = await throughProxy();
      const onItsWay = proxy.holdAt(ROWS_WRITTEN);
      const written = projectBatch(cut, projecting, START).catch((error: unknown) => error);
      const release = await onItsWay;
      await projectBatch(store, { ...projecting, window: () => 2 }, START);
      release();

      expect(await written).toMatchObject({ name: 'CheckpointMoved', expected: START, actual: 1 });
      expect(await store.find(view)).toEqual([]);
      await projectAll(store, projecting);
      await expectRight();
    });

    it('no longer moves the checkpoint', async () => {
      const { release, written } = await late(CHECKPOINT_MOVED);
      expect(new Set(await positions())).toEqual(new Set([29 * 3])); // its rows are written
      await store.fence(view, 2);
      release();

      expect(await written).toMatchObject({ name: 'Fenced', epoch: 1, actual: 2 });
      expect(await store.checkpoint(view)).toBe(START);
      await projectAll(store, { ...projecting, epoch: 2 });
      await expectRight();
    });
  });

  it('loses no event and counts none twice while connections are cut repeatedly', async () => {
    projecting = { view, log: lockerLog(random, 400), window: upTo(9) };
    const ways = await Promise.all(range(2).map(() => throughProxy()));
    const finished = Promise.all(ways.map(({ cut }) => projectAll(cut, projecting, unavailable)));
    const cuts = ways.map(async ({ proxy }) => {
      for (let count = 0; ; count += 1) {
        const at = nth(upTo(6)(), random() < 0.5 ? ROWS_WRITTEN : CHECKPOINT_MOVED);
        const cut = proxy.cutAt(at, random() < 0.5 ? 'before' : 'after').then(() => true);
        if (!(await Promise.race([cut, finished.then(() => false)]))) return count;
      }
    });
    await finished;

    await expectRight();
    expect(Math.min(...(await Promise.all(cuts)))).toBeGreaterThan(3);
  });

  it.each(outages)(
    'loses no event and counts none twice if the server is %s in the middle',
    async (_, again) => {
      projecting = { view, log: lockerLog(random, 500), window: upTo(5) };
      const db = openDatabase(url, { monitorCommands: true });
      const stores = [store, new MongoRowStore(db)];
      afterwards(() => db.client.close());
      let writes = 0;
      const restarts: Promise<void>[] = [];
      db.client.on('commandStarted', ({ commandName }) => {
        if (commandName !== 'find') writes += 1;
        if (writes === 40 * (restarts.length + 1) && restarts.length < 2) restarts.push(again(server()));
      });
      await Promise.all(stores.map((each) => projectAll(each, projecting, unavailable)));

      expect(restarts).toHaveLength(2);
      await Promise.all(restarts);
      await expectRight();
    },
    RESTARTS,
  );

  describe('a connection that breaks while a command is being written to it', () => {
    let rows: RowStore;
    let db: Db;

    beforeEach(() => {
      db = openDatabase(url, { monitorCommands: true });
      afterwards(() => db.client.close());
      rows = new MongoRowStore(db);
      const within = AbortSignal.timeout.bind(AbortSignal);
      const sooner = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => within(500));
      afterwards(() => sooner.mockRestore());
    });

    const more = 'more than a socket accepts at once'.repeat(200_000);
    const changes = new Map([['1', { row: { more }, loaded: undefined }]]);
    const commit = (): Promise<void> => rows.commit(view, { from: START, to: 3, epoch: 1, changes });

    it.each<[string, () => Promise<unknown>]>([
      ['prepare', () => rows.prepare(view)],
      ['index', () => rows.index(view)],
      ['missingIndexes', () => rows.missingIndexes(view)],
      ['checkpoint', () => rows.checkpoint(view)],
      ['fence', () => rows.fence(view, 1)],
      ['load', () => rows.load(view, ['1'])],
      ['find', () => rows.find(view)],
      ['commit', commit],
      ['parked', () => rows.parked(view)],
      ['size', () => rows.size(view)],
      ['names', () => rows.names()],
      ['drop', () => rows.drop(view)],
      ['get', () => rows.control.get('a')],
      ['list', () => rows.control.list('a')],
      ['create a document', () => rows.control.put('a', 'none', {})],
      ['put', () => rows.control.put('a', 1, {})],
      ['remove', () => rows.control.remove('a', 1)],
    ])('does not block: %s', async (_, work) => {
      await rows.names();
      db.client.once('commandStarted', () => {
        for (const { socket } of connectionsOf(db)) socket.destroy();
      });

      await expect(work()).rejects.toBeInstanceOf(StoreUnavailable);
      await rows.names();
    });

    it('does not block either if it is closed in order before the whole command was received', async () => {
      const { proxy, cut } = await throughProxy();
      rows = cut;
      const hungUp = proxy.hangUpAt(ROWS_WRITTEN);

      await expect(commit()).rejects.toBeInstanceOf(StoreUnavailable);
      await hungUp;
      await commit();
      expect((await store.load(view, ['1'])).get('1')).toMatchObject({ position: 3, row: { more } });
    });
  });

  it('reports an unreachable server as a store that does not answer, without further details', async () => {
    const proxy = await startProxy(server().port);
    await proxy.close();
    const unreachable = `mongodb://somebody:s3cret@127.0.0.1:${String(proxy.port)}/waymark`;
    const refused = MongoRowStore.open(unreachable, { serverSelectionTimeoutMS: 200 });

    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(refused).rejects.toThrow(/^the view store does not answer$/);
  });
});

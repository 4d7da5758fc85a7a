import { once } from 'node:events';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  AppendTooLarge,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  START,
  StoreUnavailable,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import {
  EventStoreDbEventStore,
  type EventStoreDbOptions,
} from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { randomFrom } from '../crash/moments';
import { newEvent, range, readWhole } from '../support/events';
import type { AppendFault } from '../support/eventstoredb/faults';
import type { StandIn } from '../support/eventstoredb/server';
import { startStandIn } from '../support/eventstoredb/start';
import { afterwards } from '../support/stores';

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 2 ** 31);
const STREAM = 'locker-1';
const note = (text: unknown): NewEvent => newEvent('Noted', { text });

describe(`failing appends to EventStoreDB (stand-in), FAULTS_SEED=${String(seed)}`, () => {
  let server: StandIn;
  const connect = (options: Partial<EventStoreDbOptions> = {}): EventStore => {
    const store = new EventStoreDbEventStore(server.url, { deadline: 400, patience: 20_000, ...options });
    afterwards(() => store.close());
    return store;
  };
  /** The ids of the stream's events on the server. */
  const ids = (stream = STREAM): string[] => server.log.stream(stream).map(({ id }) => id);

  beforeEach(async () => {
    server = await startStandIn();
  });

  const lost: { faults: AppendFault[] }[] = [
    { faults: ['cut before'] },
    { faults: ['cut after'] },
    { faults: ['written late'] },
    { faults: ['silence before'] },
    { faults: ['silence after'] },
    { faults: ['timeout before'] },
    { faults: ['timeout after'] },
    { faults: ['not leader'] },
    { faults: ['no position'] },
    { faults: ['cut before', 'cut before', 'cut after'] },
    { faults: ['cut before', 'wrong revision'] },
    { faults: ['written late', 'wrong revision'] },
    { faults: ['written late', 'behind the late'] },
    { faults: ['cut before', 'no position'] },
    { faults: ['silence before', 'timeout before', 'silence after'] },
  ];
  const expectations: ExpectedRevision[] = ['none', 1, 'any'];

  describe.each(expectations)('expecting %p', (expected) => {
    it.each(lost)('are written once and acknowledged after: $faults', async ({ faults }) => {
      const store = connect();
      const before = expected === 'none' ? [] : [note('a'), note('b')];
      if (before.length > 0) await store.append(STREAM, 'none', before);
      server.failAppends(...faults);
      const events = [note('c'), note('d'), note('e')];

      const { revision, position } = await store.append(STREAM, expected, events);

      await Promise.all(server.late);
      expect(server.faults.appends).toEqual([]);
      expect(ids()).toEqual([...before, ...events].map(({ id }) => id));
      expect(revision).toBe(before.length + 2);
      expect(position).toBe((await readWhole(store)).at(-1)!.position);
    });
  });

  it.each<AppendFault>(['cut after', 'silence before', 'timeout after'])(
    'are written once after %s even if the server was restarted meanwhile',
    async (fault) => {
      const store = connect();
      await store.append(STREAM, 'none', [note('a')]);
      server.failAppends(fault);
      const received = once(server.happenings, 'received');
      const appended = store.append(STREAM, 'any', [note('b')]);
      await received;
      await server.restart();

      expect((await appended).revision).toBe(1);
      expect(ids()).toHaveLength(2);
    },
  );

  it('are refused and not written if another writer came first', async () => {
    const store = connect();
    await store.append(STREAM, 'none', [note('a')]);
    server.failAppends('silence before');
    const received = once(server.happenings, 'received');
    const lostRace = store.append(STREAM, 0, [note('lost')]);
    await received;
    const won = [note('won'), note('twice')];
    await connect().append(STREAM, 0, won);

    await expect(lostRace).rejects.toMatchObject({ stream: STREAM, expected: 0, actual: 2 });
    await expect(lostRace).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect(ids().slice(1)).toEqual(won.map(({ id }) => id));
  });

  it('find their events behind those of later writers', async () => {
    const store = connect();
    server.failAppends('silence after');
    const written = once(server.happenings, 'written');
    const appended = store.append(STREAM, 'any', [note('mine')]);
    await written;
    for (const n of range(50)) await connect().append(STREAM, 'any', [note(n)]);

    const { revision } = await appended;

    expect(ids()).toHaveLength(51);
    expect((await store.readStream(STREAM, { from: revision, limit: 1 }))[0]!.data).toEqual({ text: 'mine' });
  });

  it('fail as unavailable after the time limit, with an unknown outcome', async () => {
    const store = connect({ deadline: 100, patience: 500 });
    server.failAppends(...range(20).map((): AppendFault => 'silence before'));
    await expect(store.append(STREAM, 'none', [note('a')])).rejects.toBeInstanceOf(StoreUnavailable);
    expect(ids()).toEqual([]);

    server.faults.appends.length = 0;
    server.failAppends('silence after');
    const written = once(server.happenings, 'written');
    const unknown = store.append(STREAM, 'none', [note('b')]);
    await written;
    await server.refuse();
    await expect(unknown).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.append(STREAM, 0, [note('c')])).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.readStream(STREAM)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.readAll(START, 10)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(ids()).toHaveLength(1);

    await server.listen();
    expect((await store.append(STREAM, 0, [note('d')])).revision).toBe(1);
  });

  it("are not sent if they exceed the size limit, and refused if the server's limit is lower", async () => {
    const largest = 100_000;
    const store = connect({ maxAppend: largest });
    const text = (bytes: number) => [note('x'.repeat(bytes / 2)), note('x'.repeat(bytes / 2))];
    const { bytes } = (await store
      .append(STREAM, 'none', text(largest))
      .catch((error: unknown) => error)) as AppendTooLarge;
    expect(bytes).toBeGreaterThan(largest);
    const received = jest.fn();
    server.happenings.on('received', received);
    await expect(store.append(STREAM, 'none', text(largest))).rejects.toEqual(
      new AppendTooLarge(bytes, largest),
    );
    expect(received).not.toHaveBeenCalled();

    await store.append(STREAM, 'none', text(largest - (bytes - largest)));
    expect(ids()).toHaveLength(2);

    const careless = connect({ maxAppend: 10_000_000 });
    await expect(careless.append(STREAM, 1, text(1_100_000))).rejects.toMatchObject({ limit: 1_048_576 });
    await expect(careless.append(STREAM, 1, text(1_100_000))).rejects.toBeInstanceOf(AppendTooLarge);
    expect(ids()).toHaveLength(2);
  });

  it('report a permanently deleted stream, as do reads', async () => {
    const store = connect();
    await store.append(STREAM, 'none', [note('a')]);
    const client = EventStoreDBClient.connectionString(server.url);
    await client.tombstoneStream(STREAM);
    await client.dispose();

    const damage = { code: 'STREAM_INCOMPLETE', stream: STREAM, reason: expect.stringContaining('deleted') };
    await expect(store.append(STREAM, 0, [note('b')])).rejects.toMatchObject(damage);
    await expect(store.readStream(STREAM)).rejects.toMatchObject(damage);
    // The server keeps the events, and records the deletion in an event of its own.
    expect((await readWhole(store)).map(({ data }) => data)).toEqual([{ text: 'a' }]);
  });

  it('of no events are answered like others, without sending any', async () => {
    const store = connect();
    expect(await store.append(STREAM, 'none', [])).toEqual({ revision: -1, position: START });
    const written = await store.append(STREAM, 'any', [note('a')]);

    expect(await store.append(STREAM, 0, [])).toEqual(written);
    await expect(store.append(STREAM, 'none', [])).rejects.toMatchObject({ expected: 'none', actual: 0 });
    expect(ids()).toHaveLength(1);
  });

  it('refuse ids that the server would change or reject', async () => {
    const id = '0A4E5F9C-0000-4000-8000-0123456789AB';
    await expect(connect().append(STREAM, 'none', [{ ...note('a'), id }])).rejects.toThrow(/not a UUID/);
  });

  it('are each written exactly once by many writers that lose a hundred responses', async () => {
    const next = randomFrom(seed);
    const integer = (below: number): number => Math.floor(next() * below);
    const pick = <Item>(of: readonly Item[]): Item => of[integer(of.length)]!;
    const faults: AppendFault[] = [
      'cut before',
      'cut after',
      'written late',
      'timeout before',
      'timeout after',
    ];
    server.failAppends(
      ...range(100).flatMap(() => [pick(faults), ...range(integer(4)).map(() => 'none' as const)]),
    );
    const stores = [connect(), connect()];
    const streams = range(4).map((n) => `locker-${String(n)}`);
    const outcomes = {
      written: new Map<string, { revision: number; position: number }>(),
      refused: new Set<string>(),
    };

    const write = async (writer: number): Promise<void> => {
      const store = stores[writer % 2]!;
      while (server.faults.appends.length > 0) {
        const stream = pick(streams);
        const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
        const expected = pick<ExpectedRevision>([last?.revision ?? 'none', last?.revision ?? 'none', 'any']);
        const events = range(1 + integer(3)).map(note);
        await store.append(stream, expected, events).then(
          (appended) => outcomes.written.set(events.at(-1)!.id, appended),
          (error: unknown) => {
            if (!(error instanceof WrongExpectedRevision)) throw error;
            for (const { id } of events) outcomes.refused.add(id);
          },
        );
      }
    };
    await Promise.all(range(8).map(write));
    await Promise.all(server.late);

    const log = await readWhole(stores[0]!);
    const there = new Map(log.map((event) => [event.id, event]));
    expect(there.size).toBe(log.length);
    expect(outcomes.written.size).toBeGreaterThan(0);
    for (const [id, appended] of outcomes.written) expect(there.get(id)).toMatchObject(appended);
    expect([...outcomes.refused].filter((id) => there.has(id))).toEqual([]);
  }, 120_000);
});

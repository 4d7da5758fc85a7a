import { once } from 'node:events';
import {
  EventStoreDbEventStore,
  type EventStoreDbOptions,
} from '@waymark/adapters/events-eventstoredb/eventstoredb-event-store';
import { START, type EventStore, type Position, type RecordedEvent } from '@waymark/kernel';
import type { Checkpoints } from '../support/eventstoredb/faults';
import type { StandIn } from '../support/eventstoredb/server';
import { startStandIn } from '../support/eventstoredb/start';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards } from '../support/stores';

const STREAM = 'locker-1';
const note = (text: unknown) => newEvent('Noted', { text });
const texts = (events: readonly RecordedEvent[]) =>
  events.map(({ data }) => (data as { text: unknown }).text);

/** Reads on whenever it is woken, from the last event that it has. */
class Reader {
  readonly events: RecordedEvent[] = [];
  private readonly stop: () => void;
  private reading = Promise.resolve();
  private tell: () => void = () => undefined;

  constructor(
    private readonly store: EventStore,
    private readonly page = 7,
  ) {
    this.stop = store.onAppended(() => {
      this.reading = this.reading.then(() => this.readOn());
    });
    afterwards(this.stop);
  }

  /** Resolves once it has so many. */
  async has(count: number): Promise<void> {
    while (this.events.length < count) await new Promise<void>((resolve) => (this.tell = resolve));
    this.stop();
    await this.reading;
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const after = this.events.at(-1)?.position ?? START;
      const { events } = await this.store.readAll(after, this.page);
      this.events.push(...events);
      this.tell();
      if (events.length < this.page) return;
    }
  }
}

describe('following EventStoreDB (on the stand-in)', () => {
  let server: StandIn;
  const connect = (options: Partial<EventStoreDbOptions> = {}): EventStore => {
    const store = new EventStoreDbEventStore(server.url, { deadline: 2_000, patience: 20_000, ...options });
    afterwards(() => store.close());
    return store;
  };
  /** How many events the server looks at for what is done meanwhile. */
  const considered = async (kind: 'readings' | 'subscriptions', work: () => unknown): Promise<number> => {
    const before = server.considered[kind];
    await work();
    return server.considered[kind] - before;
  };
  beforeEach(async () => {
    server = await startStandIn();
  });

  it('misses nothing, and sees nothing twice, while the server is started again and connections are cut', async () => {
    const [reading, writing] = [connect(), connect()];
    const reader = new Reader(reading);
    const write = async (from: number): Promise<void> => {
      for (const n of range(50)) await writing.append(`locker-${String(n % 3)}`, 'any', [note(from + n)]);
    };
    await write(0);
    await Promise.all([write(50), server.restart()]);
    const during = write(100);
    server.cut();
    await during;
    await server.refuse();
    const late = write(150);
    await server.listen();
    await late;

    await reader.has(200);
    expect(texts(reader.events)).toEqual(range(200));
  });

  it.each<Checkpoints>(['due', 'stale', 'early'])(
    'misses nothing where checkpoints are %s',
    async (checkpoints) => {
      server.sendCheckpoints(checkpoints);
      const [reading, writing] = [connect(), connect()];
      const reader = new Reader(reading, 2);
      for (const n of range(40)) {
        await writing.append(
          STREAM,
          'any',
          range(5).map((m) => note(5 * n + m)),
        );
        server.writeSystemEvents(n % 3);
        if (n === 20) server.cut();
      }

      await reader.has(200);
      expect(texts(reader.events)).toEqual(range(200));
      expect(await readWhole(reading)).toEqual(reader.events);
    },
  );

  it('runs one subscription for all who listen, takes it up again where it was, and ends it with the last', async () => {
    const [reading, writing] = [connect(), connect()];
    const wakes = [jest.fn(), jest.fn(), jest.fn()];
    let live = once(server.happenings, 'caughtUp');
    const stops = wakes.map((wake) => reading.onAppended(wake));
    await live;
    /** How often the server looks at each event for subscriptions, of those written meanwhile. */
    const looks = async (work: () => Promise<unknown>): Promise<number> => {
      const before = server.log.events.length;
      return (await considered('subscriptions', work)) / (server.log.events.length - before);
    };
    const shown = (): Promise<number> =>
      looks(async () => {
        live = once(server.happenings, 'caughtUp');
        await writing.append(STREAM, 'any', [note('shown')]);
        await live;
      });
    expect(await shown()).toBe(1);
    for (const wake of wakes) expect(wake).toHaveBeenCalled();

    await server.refuse();
    for (const wake of wakes) wake.mockClear();
    const missed = writing.append(STREAM, 'any', [note('missed')]);
    live = once(server.happenings, 'caughtUp');
    expect(await looks(() => Promise.all([server.listen(), missed, live]))).toBe(1);
    for (const wake of wakes) expect(wake).toHaveBeenCalled();

    stops[0]!();
    stops[1]!();
    expect(await shown()).toBe(1);
    stops[2]!();
    await reading.head();
    expect(await looks(() => writing.append(STREAM, 'any', [note('for nobody')]))).toBe(0);
  });

  it("passes over the system's events, and a page goes through them to the end of the log", async () => {
    const store = connect({ page: 100 });
    const { position } = await store.append(STREAM, 'none', [note('a'), note('b')]);
    server.writeSystemEvents(350);
    await store.append(STREAM, 1, [note('c')]);
    server.writeSystemEvents(350);
    const end = server.log.events.at(-1)!.position;

    expect(texts(await readWhole(store, 1))).toEqual(['a', 'b', 'c']);
    const { events, through } = await store.readAll(position, 5);
    expect(texts(events)).toEqual(['c']);
    expect(through).toBe(end);
    expect(await considered('readings', () => store.readAll(through, 5))).toBe(1);
    expect(await store.head()).toBe(events[0]!.position);
    expect((await store.readAll(START, 2)).through).toBe(position);
  });

  describe('with a long stretch that is not ours', () => {
    const LONG = 3_000;
    let store: EventStore;
    let last: Position;
    const again = () => considered('readings', () => store.readAll(last, 10));

    /** The subscription has shown an event before the stretch, and one behind it. */
    beforeEach(async () => {
      store = connect();
      const live = once(server.happenings, 'caughtUp');
      afterwards(store.onAppended(() => undefined));
      await live;
      ({ position: last } = await store.append(STREAM, 'none', [note('before')]));
      server.writeSystemEvents(LONG);
      await store.append(STREAM, 0, [note('behind')]);
      while ((await again()) > LONG) await new Promise(setImmediate);
    });

    it('does not read it again from the last event before it', async () => {
      expect(await again()).toBeLessThan(LONG / 2);
      expect(texts((await store.readAll(last, 10)).events)).toEqual(['behind']);
      // Who has not followed the log has to.
      const stranger = connect();
      expect(await considered('readings', () => stranger.readAll(last, 10))).toBeGreaterThan(LONG);
    });

    it('does not begin it again when the subscription has to', async () => {
      const looked = await considered('subscriptions', async () => {
        const live = once(server.happenings, 'caughtUp');
        server.cut();
        await live;
      });

      expect(looked).toBeLessThan(LONG / 2);
    });
  });

  it('ends with the store', async () => {
    const store = connect();
    const wake = jest.fn();
    const live = once(server.happenings, 'caughtUp');
    store.onAppended(wake);
    await live;
    await store.close();
    wake.mockClear();
    const looked = await considered('subscriptions', () => connect().append(STREAM, 'none', [note('a')]));

    expect(looked).toBe(0);
    expect(wake).not.toHaveBeenCalled();
    for (const call of [
      () => store.append(STREAM, 0, [note('b')]),
      () => store.readStream(STREAM),
      () => store.readAll(START, 1),
      () => store.head(),
    ]) {
      await expect(call()).rejects.toThrow(/is closed/);
    }
    expect(() => store.onAppended(wake)).toThrow(/is closed/);
  });
});

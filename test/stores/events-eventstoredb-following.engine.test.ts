import { EventEmitter, once } from 'node:events';
import { type EventStore, type Position, type RecordedEvent, START } from '@waymark/core/kernel';
import {
  EventStoreDbEventStore,
  type EventStoreDbOptions,
} from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { Progress } from '@waymark/stores/eventstoredb/progress';
import { newEvent, range, readWhole } from '../support/events';
import type { Checkpoints } from '../support/eventstoredb/faults';
import type { StandIn } from '../support/eventstoredb/server';
import { startStandIn } from '../support/eventstoredb/start';
import { afterwards } from '../support/stores';

const STREAM = 'locker-1';
const note = (text: unknown) => newEvent('Noted', { text });
const texts = (events: readonly RecordedEvent[]) =>
  events.map(({ data }) => (data as { text: unknown }).text);

/** Reads on from its last event whenever it is woken. */
class Reader {
  readonly events: RecordedEvent[] = [];
  private readonly stop: () => void;
  private reading = Promise.resolve();
  private tell: () => void = () => undefined;

  constructor(
    private readonly store: EventStore,
    private readonly page = 7,
  ) {
    this.stop = store.onAppended(() => void this.look());
    afterwards(this.stop);
  }

  /** Read on, whether woken or not. */
  look(): Promise<void> {
    return (this.reading = this.reading.then(() => this.readOn()));
  }

  /** Resolves once it has this many events. */
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

describe('following EventStoreDB (stand-in)', () => {
  let server: StandIn;
  const connect = (options: Partial<EventStoreDbOptions> = {}): EventStore => {
    const store = new EventStoreDbEventStore(server.url, { deadline: 2_000, patience: 20_000, ...options });
    afterwards(() => store.close());
    return store;
  };
  /** The number of events that the server scans while the work runs. */
  const considered = async (kind: 'readings' | 'subscriptions', work: () => unknown): Promise<number> => {
    const before = server.considered[kind];
    await work();
    return server.considered[kind] - before;
  };
  beforeEach(async () => {
    server = await startStandIn();
  });

  it('misses no event and sees none twice while the server restarts and connections are cut', async () => {
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
    'misses no event if checkpoints are %s',
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

  it('runs one subscription for all listeners, resumes it where it was, and ends it with the last listener', async () => {
    const [reading, writing] = [connect(), connect()];
    const bells = range(3).map(() => new EventEmitter<{ rung: [] }>());
    let live = once(server.happenings, 'caughtUp');
    const stops = bells.map((bell) => reading.onAppended(() => void bell.emit('rung')));
    await live;
    /** How often the server scans each event written during the work for subscriptions. */
    const looks = async (work: () => Promise<unknown>): Promise<number> => {
      const before = server.log.events.length;
      return (await considered('subscriptions', work)) / (server.log.events.length - before);
    };
    const shown = (listening: readonly EventEmitter<{ rung: [] }>[]): Promise<number> =>
      looks(async () => {
        const woken = listening.map((bell) => once(bell, 'rung'));
        live = once(server.happenings, 'caughtUp');
        await writing.append(STREAM, 'any', [note('shown')]);
        await Promise.all([live, ...woken]);
      });
    expect(await shown(bells)).toBe(1);

    await server.refuse();
    const woken = bells.map((bell) => once(bell, 'rung'));
    const missed = (): Promise<unknown> => {
      server.writeSystemEvents(10);
      live = once(server.happenings, 'caughtUp');
      return Promise.all([server.listen(), live, ...woken]);
    };
    // The server may scan again the system events behind the last delivered one.
    expect(Math.floor(await looks(missed))).toBe(1);

    stops[0]!();
    stops[1]!();
    expect(await shown([bells[2]!])).toBe(1);
    stops[2]!();
    await reading.head();
    expect(await looks(() => writing.append(STREAM, 'any', [note('for nobody')]))).toBe(0);
  });

  it('wakes a listener that was added before the subscription was established, for events written until then', async () => {
    server.delayAnswers(300);
    const reader = new Reader(connect());
    await reader.look();
    server.log.append(STREAM, 'none', [
      {
        ...note('a'),
        contentType: 'application/json',
        data: Buffer.from('{"text":"a"}'),
        metadata: Buffer.from('{}'),
      },
    ]);

    await reader.has(1);
    expect(texts(reader.events)).toEqual(['a']);
  });

  it('skips system events, and a page extends through them to the end of the log', async () => {
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

  describe('with a long range of system events', () => {
    const LONG = 3_000;
    let store: EventStore;
    let last: Position;

    beforeEach(async () => {
      store = connect();
      ({ position: last } = await store.append(STREAM, 'none', [note('before')]));
      server.writeSystemEvents(LONG);
      await store.append(STREAM, 0, [note('behind')]);
    });

    it('reads it once, and not again from the last event before it', async () => {
      const again = () => considered('readings', () => store.readAll(last, 10));
      expect(await again()).toBeGreaterThan(LONG);

      expect(await again()).toBeLessThan(LONG / 10);
      expect(texts((await store.readAll(last, 10)).events)).toEqual(['behind']);
      expect(texts((await store.readAll(START, 10)).events)).toEqual(['before', 'behind']);
    });

    it('does not scan it when following starts, nor again after it was followed', async () => {
      const followed = (work: () => unknown): Promise<number> =>
        considered('subscriptions', async () => {
          const live = once(server.happenings, 'caughtUp');
          work();
          await live;
        });
      expect(await followed(() => afterwards(store.onAppended(() => undefined)))).toBeLessThan(LONG / 10);
      expect(await followed(() => server.writeSystemEvents(LONG))).toBe(LONG);

      // Up to the last checkpoint, although no event was delivered.
      expect(await followed(() => server.cut())).toBeLessThan(LONG / 2);
    });
  });

  it('skips no relevant event in a long range because it was of another type or read before', async () => {
    const store = connect();
    const long = 'x'.repeat(100_000);
    for (const n of range(6)) {
      await store.append(STREAM, 'any', [newEvent(n % 2 === 0 ? 'Kept' : 'Noted', { text: n, long })]);
    }
    const { events: kept } = await store.readAll(START, 10, new Set(['Kept']));
    expect(texts(kept)).toEqual([0, 2, 4]);

    expect(texts((await store.readAll(START, 10)).events)).toEqual(range(6));
    for (const [at, { position }] of kept.entries()) {
      expect(texts((await store.readAll(position, 10)).events)).toEqual(range(6).slice(2 * at + 1));
    }
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

describe('progress known from following', () => {
  const FAR = 1_000_000;
  let progress: Progress;
  beforeEach(() => (progress = new Progress()));

  it('is that no relevant event lies between two delivered ones', () => {
    progress.reached(10);
    expect(progress.begin()).toBe(10);
    progress.event(20);
    progress.event(20 + FAR);
    progress.event(30 + FAR);

    expect([10, 20, 25, 19 + FAR, 20 + FAR].map((after) => progress.startAfter(after))).toEqual([
      10,
      ...[20 + FAR, 20 + FAR, 20 + FAR],
      20 + FAR,
    ]);
  });

  it('is nothing about the log before the end where following started', () => {
    expect(progress.begin()).toBeUndefined();
    progress.event(FAR);

    expect(progress.startAfter(0)).toBe(0);
  });

  it('is, from checkpoints, only a position to resume at, which does not move back', () => {
    progress.reached(10);
    progress.begin();
    progress.event(20);
    progress.reached(20 + FAR);
    progress.reached(15);

    expect(progress.startAfter(20)).toBe(20);
    expect(progress.begin()).toBe(20 + FAR);
    progress.event(20 + 2 * FAR);
    expect(progress.startAfter(20)).toBe(20);
    expect(progress.startAfter(20 + FAR)).toBe(20 + 2 * FAR);
  });

  it('is the last long range, whatever earlier part is read again', () => {
    progress.rangeWithoutEvents(5 * FAR, 6 * FAR);
    progress.rangeWithoutEvents(FAR, 3 * FAR);
    progress.rangeWithoutEvents(6 * FAR, 6 * FAR + 100);

    expect(progress.startAfter(5 * FAR)).toBe(6 * FAR);
    expect(progress.startAfter(FAR)).toBe(FAR);
  });
});

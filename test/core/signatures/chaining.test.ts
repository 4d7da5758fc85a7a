import { type EventStore, WrongExpectedRevision } from '@waymark/core/kernel';
import { chaining, verifyLog } from '@waymark/core/log';
import { newEvent, range, revisions } from '../../support/events';
import { openStores } from '../../support/stores';

const STREAM = 'journey-a';
const note = (n: number) => newEvent('NoteTaken', { n });

/** The store with a spy on its reads. */
const watched = (store: EventStore) => ({ store, reading: jest.spyOn(store, 'readStream') });

const chainsIn = async (store: EventStore) =>
  (await store.readStream(STREAM)).map(({ metadata }) => metadata.chain);

describe.each([{ writesAnew: true }, { writesAnew: false }])('a chained log, %p', (options) => {
  it('links each event to its predecessor, for every kind of expected revision', async () => {
    const { events } = openStores();
    const log = chaining(events, options);
    await log.append(STREAM, 'none', [note(0), note(1)]);
    await log.append(STREAM, 1, [note(2)]);
    await log.append(STREAM, 'any', [note(3)]);
    await log.append('journey-b', 'any', [note(4)]);

    const chains = await chainsIn(events);
    expect(chains[0]!.previous).toBe('');
    expect(chains.slice(1).map((chain) => chain!.previous)).toEqual(
      chains.slice(0, -1).map((chain) => chain!.hash),
    );
    expect(await verifyLog(events)).toMatchObject({ events: 5, unchained: 0, unsealed: { events: 5 } });
  });

  it('puts the chain last, and replaces an existing chain', async () => {
    const { events } = openStores();
    const event = newEvent('NoteTaken', {}, { chain: { hash: 'x', previous: 'y' }, subject: 'p' });
    await chaining(events, options).append(STREAM, 'none', [event]);

    const [stored] = await events.readStream(STREAM);
    expect(Object.keys(stored!.metadata).at(-1)).toBe('chain');
    expect((await verifyLog(events)).unchained).toBe(0);
  });

  it("continues after other writers' events, whether read or not", async () => {
    const { events, connect } = openStores();
    const [one, other] = [chaining(events, options), chaining(connect().events, options)];
    for (const n of range(12)) {
      const log = n % 3 === 0 ? one : other;
      const before = n % 2 === 0 ? await log.readStream(STREAM, { from: Math.max(0, n - 1) }) : [];
      expect(revisions(before)).toEqual(n % 2 === 0 && n > 0 ? [n - 1] : []);
      await log.append(STREAM, n % 4 === 1 ? 'any' : n === 0 ? 'none' : n - 1, [note(n)]);
    }
    expect(await verifyLog(events)).toMatchObject({ events: 12 });
    expect((await verifyLog(events)).fault).toBeUndefined();
  });

  it('stays intact under 300 concurrent appends of two processes, some of which fail', async () => {
    const { events, connect } = openStores();
    const logs = [chaining(events, options), chaining(connect().events, options)];
    const outcomes = await Promise.allSettled(
      range(300).map((n) =>
        logs[n % 2]!.append(`journey-${String(n % 3)}`, n % 5 === 0 ? 3 : 'any', [note(n)]),
      ),
    );
    const lost = outcomes.filter(({ status }) => status === 'rejected');
    expect(lost.length).toBeGreaterThan(0);
    for (const outcome of lost) expect(outcome).toMatchObject({ reason: expect.any(WrongExpectedRevision) });

    const verified = await verifyLog(events);
    expect(verified.fault).toBeUndefined();
    expect(verified.events).toBe(300 - lost.length);
  });

  it('returns the requested events although it reads one more', async () => {
    const { events } = openStores();
    await chaining(events).append(STREAM, 'none', range(6).map(note));
    for (const [how, found] of [
      [{}, [0, 1, 2, 3, 4, 5]],
      [{ from: 2 }, [2, 3, 4, 5]],
      [{ from: 2, limit: 2 }, [2, 3]],
      [{ from: 6 }, []],
      [{ from: 3, limit: 0 }, []],
      [{ direction: 'backwards', from: 2, limit: 2 }, [2, 1]],
    ] as const) {
      expect(revisions(await chaining(events, options).readStream(STREAM, how))).toEqual(found);
    }
  });

  it('does not restart the chain if the store recognises the events and writes nothing', async () => {
    const { events } = openStores();
    const log = chaining(events, options);
    await log.append(STREAM, 'none', [note(0)]);
    await log.append(STREAM, 'none', []).catch((error: unknown) => {
      expect(error).toBeInstanceOf(WrongExpectedRevision);
    });
    await log.append(STREAM, 0, [note(1)]);
    expect((await verifyLog(events)).fault).toBeUndefined();
  });
});

describe('a chained log', () => {
  it('does not read a cached stream if appended events are certain to be written', async () => {
    const { store, reading } = watched(openStores().events);
    const log = chaining(store, { writesAnew: true });
    await log.append(STREAM, 'none', [note(0)]);
    for (const n of range(5)) await log.append(STREAM, n % 2 === 0 ? 'any' : n, [note(n)]);
    expect(reading).not.toHaveBeenCalled();
  });

  it('chains to what the store holds if it took an append for a known one', async () => {
    // As EventStoreDB does: the ids are those of an existing event, and differing content is ignored.
    const { events } = openStores();
    const forgetful: EventStore = Object.create(events, {
      append: {
        value: async (...[stream, expected, added]: Parameters<EventStore['append']>) => {
          const there = (await events.readStream(stream)).find(({ id }) => id === added[0]!.id);
          return there ?? events.append(stream, expected, added);
        },
      },
    }) as EventStore;
    const event = note(0);
    await chaining(forgetful).append(STREAM, 'none', [event]);
    const other = chaining(forgetful);
    await other.append(STREAM, 'none', [{ ...event, data: { n: 'a moment later' } }]);
    await other.append(STREAM, 0, [note(1)]);

    expect(await verifyLog(events)).toMatchObject({ events: 2 });
    expect((await verifyLog(events)).fault).toBeUndefined();
  });
});

import { join } from 'node:path';
import fc from 'fast-check';
import { AppendTooLarge, type EventStore, type RecordedEvent } from '@waymark/core/kernel';
import { copyLog, type CopyOptions, type CopyProgress } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';
import { killedUntilDone } from './killed-copies';

const open = (file = join(temporaryDirectory(), 'events.sqlite')): EventStore => {
  const store = new SqliteEventStore(file);
  afterwards(() => store.close());
  return store;
};

/** A log with interleaved streams, written in appends of four to six events. */
async function filled(appends: number, store = open()): Promise<EventStore> {
  await Promise.all(
    range(appends).map((n) =>
      store.append(
        `journey-${String(n % 7)}`,
        'any',
        range(4 + (n % 3)).map((each) =>
          newEvent('Noted', { n, each }, { subject: `pupil ${String(n % 5)}` }),
        ),
      ),
    ),
  );
  return store;
}

/** A log without what the store assigns, byte for byte. */
const bytes = async (store: EventStore): Promise<string[]> =>
  (await readWhole(store)).map(({ position: _assigned, ...event }) => JSON.stringify(event));

/** The same store with some methods replaced. */
const but = (store: EventStore, otherwise: Partial<EventStore>): EventStore => ({
  append: (...args) => store.append(...args),
  readStream: (...args) => store.readStream(...args),
  readAll: (...args) => store.readAll(...args),
  readStored: (...args) => store.readStored(...args),
  head: () => store.head(),
  onAppended: (wake) => store.onAppended(wake),
  close: () => store.close(),
  ...otherwise,
});

/** Fails every append from the nth on, like an unavailable store. */
const failing = (store: EventStore, from: number): EventStore => {
  let appends = 0;
  return but(store, {
    append: (...args) => {
      appends += 1;
      return appends > from ? Promise.reject(new Error('gone')) : store.append(...args);
    },
  });
};

/** The same fields in reverse order. */
const turned = (data: object): object => Object.fromEntries(Object.entries(data).reverse());

const refusal = async (copying: Promise<unknown>): Promise<unknown> => {
  try {
    return { copied: await copying };
  } catch (error) {
    return error;
  }
};

jest.setTimeout(60_000);

describe.each([true, false])('a copy into a store that keeps the order of appends: %s', (keepsOrder) => {
  const copy = (from: EventStore, to: EventStore, options: CopyOptions = {}) =>
    copyLog(from, to, { keepsOrder, ...options });

  it('contains every event as it was written, in the same order', async () => {
    const source = await filled(500);
    const odd = { z: 1, a: { ü: '…', list: [null, 1.5, '\u2028'] }, 10: 'ten', 9: true };
    await source.append('pupil-1', 'none', [newEvent('Odd', odd), newEvent('Odd', {})]);
    const target = open();
    const events = (await readWhole(source)).length;
    expect(await copy(source, target)).toEqual({ events, copied: events });
    expect(await bytes(target)).toEqual(await bytes(source));
  });

  it('reports its progress', async () => {
    const source = await filled(500);
    const reported: CopyProgress[] = [];
    await copy(source, open(), { onProgress: (progress) => reported.push(progress) });
    const head = await source.head();
    const doing = (what: CopyProgress['doing']) => reported.filter((progress) => progress.doing === what);
    expect(doing('comparing')).toEqual([]);
    for (const what of ['copying', 'verifying'] as const) {
      expect(doing(what).length).toBeGreaterThan(2);
      expect(doing(what).at(-1)).toEqual({ doing: what, events: head, position: head, head });
    }
  });

  it('has nothing to do the second time', async () => {
    const source = await filled(250);
    const target = open();
    const { events } = await copy(source, target);
    const reported: CopyProgress[] = [];
    expect(await copy(source, target, { onProgress: (progress) => reported.push(progress) })).toEqual({
      events,
      copied: 0,
    });
    expect(reported.filter(({ doing }) => doing === 'comparing').at(-1)).toMatchObject({ events });
  });

  it('continues with events recorded since', async () => {
    const source = await filled(100);
    const target = open();
    const before = await copy(source, target);
    await filled(100, source);
    const { events, copied } = await copy(source, target);
    expect([before.events + copied, copied]).toEqual([events, before.events]);
    expect(await bytes(target)).toEqual(await bytes(source));
  });

  it('continues where it was interrupted, wherever that was', async () => {
    const source = await filled(250);
    const whole = await bytes(source);
    // On failure, fast-check prints the seed and the smallest failing case.
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 240 }), { maxLength: 3 }), async (cuts) => {
        const target = new SqliteEventStore(join(temporaryDirectory(), 'events.sqlite'));
        for (const cut of cuts) await refusal(copy(source, failing(target, cut)));
        const before = (await readWhole(target)).length;
        expect(await copy(source, target)).toEqual({ events: whole.length, copied: whole.length - before });
        expect(await bytes(target)).toEqual(whole);
        await target.close();
      }),
      { numRuns: 6 },
    );
  });

  it('refuses a target that contains other events, and leaves it unchanged', async () => {
    const source = await filled(40);
    const original = await readWhole(source);
    const targetOf = async (events: readonly RecordedEvent[]): Promise<EventStore> => {
      const target = open();
      for (const { stream, ...event } of events) await target.append(stream, 'any', [event]);
      return target;
    };
    const stranger = { ...original[3]!, ...newEvent('Noted') };
    const targets: readonly (readonly [number, 'source' | 'target', RecordedEvent[]])[] = [
      [1, 'source', [stranger]],
      [3, 'source', [...original.slice(0, 2), stranger, ...original.slice(2, 4)]],
      [2, 'source', [original[0]!, { ...original[1]!, data: { ...original[1]!.data, more: true } }]],
      [2, 'source', [original[0]!, { ...original[1]!, data: turned(original[1]!.data) }]],
      [2, 'source', [original[0]!, { ...original[1]!, metadata: { ...original[1]!.metadata, actor: 'x' } }]],
      [original.length + 1, 'target', [...original, stranger]],
    ];
    for (const [position, of, events] of targets) {
      const target = await targetOf(events);
      const before = await bytes(target);
      const error = await refusal(copy(source, target));
      expect(error).toMatchObject({
        code: 'TARGET_HOLDS_OTHERS',
        message: expect.stringContaining(
          `position ${String(position)} of the ${of}, in a stream of journey.`,
        ),
      });
      expect(await bytes(target)).toEqual(before);
    }
  });

  it('reports where the copy first differs, without event content', async () => {
    const source = await filled(50);
    const [, , spoilt] = await readWhole(source);
    const target = open();
    const spoiling = but(target, {
      append: (stream, expected, events) =>
        target.append(
          stream,
          expected,
          events.map((event) => (event.id === spoilt!.id ? { ...event, data: { secret: 'Zara' } } : event)),
        ),
    });
    const error = await refusal(copy(source, spoiling));
    expect(error).toMatchObject({ code: 'COPY_DIFFERS' });
    expect(String(error)).toContain('position 3 of the source, in a stream of journey.');
    expect(String(error)).not.toMatch(/Zara|journey-|Noted/);
  });

  it('detects that the copy lacks the last events or contains other ones', async () => {
    const source = await filled(120);
    const last = (await readWhole(source)).at(-1)!;
    const losing = open();
    const lost = but(losing, {
      append: async (stream, expected, events) =>
        events.some(({ id }) => id === last.id)
          ? { revision: 0, position: 0 }
          : losing.append(stream, expected, events),
    });
    expect(await refusal(copy(source, lost))).toMatchObject({ code: 'COPY_DIFFERS' });

    const shared = open();
    let appends = 0;
    const rival = (stream: string): EventStore =>
      but(shared, {
        append: async (...args) => {
          appends += 1;
          const before = appends === 100 ? shared.append(stream, 'any', [newEvent('Noted')]) : undefined;
          const [appended] = await Promise.all([shared.append(...args), before]);
          return appended;
        },
      });
    expect(await refusal(copy(source, rival('mentor-1')))).toMatchObject({ code: 'COPY_DIFFERS' });
    expect(await refusal(copy(source, shared))).toMatchObject({ code: 'TARGET_HOLDS_OTHERS' });
  });

  it('is refused if something else writes to a stream that it copies', async () => {
    const source = await filled(120);
    const target = open();
    let appends = 0;
    const rival = but(target, {
      append: async (stream, expected, events) => {
        appends += 1;
        if (appends === 100) await target.append(stream, 'any', [newEvent('Noted')]);
        return target.append(stream, expected, events);
      },
    });
    expect(await refusal(copy(source, rival))).toMatchObject({ code: 'TARGET_CHANGES' });
  });

  it('splits a run that is too large for one append', async () => {
    const source = open();
    await source.append(
      'import-1',
      'none',
      range(250).map((n) => newEvent('Noted', { n })),
    );
    await source.append('import-2', 'none', [newEvent('Noted')]);
    const target = open();
    const sizes: number[] = [];
    const small = but(target, {
      append: async (stream, expected, events) => {
        if (events.length > 1) throw new AppendTooLarge(2_000, 1_000);
        sizes.push(events.length);
        return target.append(stream, expected, events);
      },
    });
    if (keepsOrder) {
      // Splitting would let later appends overtake: a store that keeps order has no such limit.
      expect(await refusal(copy(source, small))).toBeInstanceOf(AppendTooLarge);
    } else {
      expect(await copy(source, small)).toEqual({ events: 251, copied: 251 });
      expect(sizes).toEqual(range(251).map(() => 1));
      expect(await bytes(target)).toEqual(await bytes(source));
    }
    const tooSmall = but(open(), { append: () => Promise.reject(new AppendTooLarge(2_000, 1_000)) });
    expect(await refusal(copy(source, tooSmall))).toBeInstanceOf(AppendTooLarge);
  });

  it('waits for the target: at most two pages are in memory, and appends of at most one page are in progress', async () => {
    const source = await filled(800);
    const [target, page] = [open(), 1_000];
    let [read, written, underWay, most, ahead] = [0, 0, 0, 0, 0];
    const counted = but(source, {
      readAll: async (...args) => {
        const answer = await source.readAll(...args);
        read += answer.events.length;
        ahead = Math.max(ahead, read - written);
        return answer;
      },
    });
    const slow = but(target, {
      append: async (stream, expected, events) => {
        most = Math.max(most, (underWay += events.length));
        const answer = await target.append(stream, expected, events);
        underWay -= events.length;
        written += events.length;
        return answer;
      },
      // Verified events have been written.
      readAll: async (...args) => {
        const answer = await target.readAll(...args);
        written += answer.events.length;
        return answer;
      },
    });
    await copy(counted, slow);
    expect(ahead).toBeLessThanOrEqual(2 * page);
    expect(most).toBe(keepsOrder ? page : 6);
  });
});

describe('a copy that is killed', () => {
  it('continues when it is run again, however often it is killed', async () => {
    const directory = temporaryDirectory();
    const [from, to] = [join(directory, 'from.sqlite'), join(directory, 'to.sqlite')];
    const source = await filled(2_400, open(from));
    const whole = await bytes(source);
    const kills = await killedUntilDone(from, to, 400, async () => {
      const copied = await bytes(open(to));
      expect(copied).toEqual(whole.slice(0, copied.length));
    });
    expect(kills).toBeGreaterThan(3);
    expect(await bytes(open(to))).toEqual(whole);
  });
});

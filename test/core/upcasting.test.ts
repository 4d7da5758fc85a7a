import { join } from 'node:path';
import fc from 'fast-check';
import { Submitter } from '@waymark/core/commands';
import {
  defineModule,
  event,
  type EventMetadata,
  type EventStore,
  type Module,
  type NewEvent,
  type RecordedEvent,
  slices,
  START,
  type Upcaster,
} from '@waymark/core/kernel';
import { schemasOf, unknownReason, UpcastFailed, upcasting } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { connections } from '../contracts/connections';
import { eventStoreContract } from '../contracts/event-store.contract';
import { newEvent, range, readWhole } from '../support/events';
import { refusal, TestClock, toyModules } from '../support/lockers';
import { closedAfterwards, openStores, temporaryDirectory } from '../support/stores';

jest.setTimeout(30_000);

class ShelveBook {
  title!: string;
  author!: string;
}

/** The data recorded for a book by each release of the program. */
const recordedBy: readonly ((book: ShelveBook, year: number) => object)[] = [
  ({ title, author }) => ({ text: `${title} by ${author}` }),
  ({ title, author }) => ({ title, author }),
  ({ title, author }, year) => ({ title, author, year }),
];
const LATEST = recordedBy.length;

const chain: readonly Upcaster[] = [
  ({ text }: { text: string }) => {
    const [title, author] = text.split(' by ');
    return { title, author };
  },
  (book: object, { on }: EventMetadata) => ({ ...book, year: Number(on.slice(0, 4)) }),
];

const { on, slice } = slices<readonly object[]>();

/** The shelf module of a release: release n has schema n of a book. */
const release = (schema: number, upcasters = chain.slice(0, schema - 1)): Module =>
  defineModule(
    {
      name: 'shelf',
      plural: 'shelves',
      id: { pattern: /^\w+$/, description: 'any word', example: 'a1' },
      initial: [] as readonly object[],
      facts: (books: readonly object[]) => books,
    },
    [
      slice<{ BookShelved: object; ShelfDusted: object }>({
        decide: {
          ShelveBook: on(
            ShelveBook,
            (book, _, { today }) => [
              event('BookShelved', today, recordedBy[schema - 1]!(book, Number(today.slice(0, 4)))),
            ],
            { by: 'service', creates: true },
          ),
        },
        evolve: { BookShelved: (books, book) => [...books, book], ShelfDusted: (books) => books },
        ...(upcasters.length > 0 ? { upcast: { BookShelved: upcasters as [...Upcaster[], Upcaster] } } : {}),
      }),
    ],
  ) as Module;

const latest = release(LATEST);

/** A submitter of one release on a log. */
const at = (log: EventStore, module: Module): Submitter =>
  new Submitter({
    events: upcasting(log, [module]),
    modules: [module],
    hashKey: Buffer.alloc(32, 7),
    clock: new TestClock('2019-05-06T09:00:00.000Z'),
  });

const shelve = (to: Submitter, title: string, idempotencyKey = title) => {
  const command = Object.assign(new ShelveBook(), { title, author: 'N. Body' });
  return to.submit({ module: 'shelf', id: 'a1', command, actor: 'tester', idempotencyKey });
};

const emma = { title: 'Emma', author: 'N. Body' };
const book = (schema: number): NewEvent =>
  newEvent('BookShelved', recordedBy[schema - 1]!(emma, 2019), { schema, on: '2019-05-06' });
const dataOf = (events: readonly RecordedEvent[]) => events.map(({ data }) => data);

/** An in-memory log with frozen events that are the same objects on each read. */
function frozen(...events: readonly NewEvent[]): EventStore & { readonly log: readonly RecordedEvent[] } {
  const log = events.map((each, index) =>
    Object.freeze({
      ...each,
      data: Object.freeze(each.data),
      metadata: Object.freeze(each.metadata),
      stream: 'shelf-a1',
      revision: index,
      position: 10 * index,
    }),
  );
  return {
    log,
    append: () => Promise.reject(new Error('the log is closed')),
    readStream: async () => [...log],
    readAll: async () => ({ events: log, through: 10 * log.length }),
    readStored: () => Promise.reject(new Error('nobody looks')),
    head: async () => 10 * log.length,
    onAppended: () => () => undefined,
    close: async () => undefined,
  };
}

eventStoreContract('An upcasting store', async () => {
  const file = join(temporaryDirectory(), 'events.sqlite');
  const connect = (): EventStore =>
    upcasting(closedAfterwards(new SqliteEventStore(file)), [...toyModules, latest]);
  return connections(connect);
});

describe('upcasting', () => {
  it('upcasts data from schema to schema to the current one, and keeps the recorded version number', async () => {
    const { events } = openStores();
    await events.append(
      'shelf-a1',
      'none',
      range(LATEST).map((n) => book(n + 1)),
    );

    const store = upcasting(events, [latest]);
    for (const read of [await store.readStream('shelf-a1'), await readWhole(store, 2)]) {
      expect(dataOf(read)).toEqual(range(LATEST).map(() => ({ ...emma, year: 2019 })));
      expect(read.map(({ metadata }) => metadata.schema)).toEqual([1, 2, 3]);
    }
    const two = upcasting(events, [release(2)]);
    expect(dataOf(await two.readStream('shelf-a1', { limit: 2 }))).toEqual([emma, emma]);
  });

  it('changes nothing else in an event, nor the recorded data', async () => {
    const store = frozen(book(1), book(2));
    const { events, through } = await upcasting(store, [latest]).readAll(START, 10);

    expect(through).toBe(20);
    expect(events).toEqual(store.log.map((each) => ({ ...each, data: { ...emma, year: 2019 } })));
    expect(dataOf(store.log)).toEqual([{ text: 'Emma by N. Body' }, emma]);
  });

  it('returns the same objects for events that are current, unknown, of a newer schema, or of types without upcasters', async () => {
    const others = [book(3), newEvent('ShelfDusted'), newEvent('NeverHeardOf')];
    const strange = [4, 0].map((schema) => newEvent('BookShelved', emma, { schema }));
    const store = frozen(...others, ...strange);
    const { events } = await upcasting(store, [latest]).readAll(START, 10);

    for (const [index, read] of events.entries()) expect(read).toBe(store.log[index]);
    expect(events).toHaveLength(5);
  });

  it('is the store itself if no event has another schema', () => {
    const store = frozen();
    expect(upcasting(store, [release(1)])).toBe(store);
  });

  it('throws on access to data that cannot be upcast, without revealing the data', async () => {
    const broken = release(2, [
      ({ text }: { text: string }) => {
        throw new RangeError(`no author in ${text}`);
      },
    ]);
    const store = upcasting(frozen(book(1), book(2)), [broken]);
    const [older, newer] = await store.readStream('shelf-a1');

    expect(newer!.data).toEqual(emma);
    const failure = (() => {
      try {
        return older!.data;
      } catch (error) {
        return error;
      }
    })() as UpcastFailed;
    expect(failure).toBeInstanceOf(UpcastFailed);
    expect(failure.message).toBe(
      'event BookShelved at position 0, schema 1, cannot be upcast to the current schema: RangeError',
    );
    expect(JSON.stringify(Object.entries(failure)) + String(failure.stack)).not.toContain('Emma');
    await expect(at(store, broken).load('shelf', 'a1')).rejects.toThrow(failure.message);
  });
});

describe('a log written by releases with different schemas', () => {
  // Releases in order: an older one would stop at what a newer one wrote.
  const inTurn = fc
    .array(fc.integer({ min: 1, max: LATEST }), { minLength: 1, maxLength: 6 })
    .map((releases) => releases.sort());

  it('folds as if the latest release had written everything', async () => {
    const property = fc.asyncProperty(inTurn, async (releases) => {
      const [mixed, pure] = [openStores().events, openStores().events];
      for (const [n, schema] of releases.entries()) {
        await shelve(at(mixed, release(schema)), `Book ${String(n)}`);
        await shelve(at(pure, latest), `Book ${String(n)}`);
      }

      expect((await readWhole(mixed)).map(({ metadata }) => metadata.schema)).toEqual(releases);
      const [one, other] = [
        await at(mixed, latest).load('shelf', 'a1'),
        await at(pure, latest).load('shelf', 'a1'),
      ];
      expect(one).toEqual(other);
    });
    // On failure, fast-check prints the seed and the smallest failing case.
    await fc.assert(property, { numRuns: 12 });
  });

  it('recognises a command by its id and body, although the schema has changed since', async () => {
    const { events } = openStores();
    const first = await shelve(at(events, release(1)), 'Emma', 'key-1');

    for (const now of [release(2), latest]) {
      expect(await shelve(at(events, now), 'Emma', 'key-1')).toEqual({ ...first, repeated: true });
      expect(await refusal(shelve(at(events, now), 'Persuasion', 'key-1'))).toBe('IDEMPOTENCY_KEY_REUSED');
    }
    expect(await readWhole(events)).toHaveLength(1);
  });
});

describe('unknownReason', () => {
  const known = schemasOf([latest, ...toyModules]);
  const reasonFor = (type: string, schema: number): string | undefined =>
    unknownReason(frozen(newEvent(type, {}, { schema })).log[0]!, known);

  it('is undefined for every schema that this version supports', () => {
    const schemas = range(LATEST).map((n) => reasonFor('BookShelved', n + 1));
    expect([...schemas, reasonFor('ShelfDusted', 1), reasonFor('HallOpened', 1)]).toEqual(
      range(LATEST + 2).map(() => undefined),
    );
  });

  it('names events of unknown types and of unsupported schemas', () => {
    expect(reasonFor('NeverHeardOf', 1)).toBe(
      'event NeverHeardOf at position 0 is not known to this version',
    );
    expect(reasonFor('BookShelved', 4)).toBe(
      'event BookShelved at position 0 has schema 4, but this version supports only up to 3',
    );
    expect(reasonFor('ShelfDusted', 2)).toContain('has schema 2, but this version supports only up to 1');
    expect(reasonFor('BookShelved', 0)).toContain('has schema 0, but this version supports only up to 3');
  });

  it('makes a stream fail instead of skipping the event', async () => {
    const { events } = openStores();
    await shelve(at(events, latest), 'Emma');

    await expect(at(events, release(2)).load('shelf', 'a1')).rejects.toThrow(
      'has schema 3, but this version supports only up to 2',
    );
  });
});

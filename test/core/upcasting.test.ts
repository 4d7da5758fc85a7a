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
import { eventStoreContract } from '../contracts/event-store.contract';
import { newEvent, range, readWhole } from '../support/events';
import { refusal, TestClock, toyModules } from '../support/lockers';
import { afterwards, openStores, temporaryDirectory } from '../support/stores';

jest.setTimeout(30_000);

class ShelveBook {
  title!: string;
  author!: string;
}

/** How a book was recorded by each release of the program. */
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

/** Shelves as a release of the program knows them: schema n of a book is release n's. */
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

/** A release at work on a log. */
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

/** A log in memory whose events are frozen, and are the same objects whenever they are read. */
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
  const connect = (): EventStore => {
    const store = new SqliteEventStore(file);
    afterwards(() => store.close());
    return upcasting(store, [...toyModules, latest]);
  };
  const store = connect();
  return {
    store,
    reopen: async () => {
      await store.close();
      return connect();
    },
    second: async () => connect(),
    close: () => store.close(),
  };
});

describe('upcasting', () => {
  it('leads data from schema to schema up to the current one, and tells which one was recorded', async () => {
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

  it('changes nothing else of an event, nor the data as they were recorded', async () => {
    const store = frozen(book(1), book(2));
    const { events, through } = await upcasting(store, [latest]).readAll(START, 10);

    expect(through).toBe(20);
    expect(events).toEqual(store.log.map((each) => ({ ...each, data: { ...emma, year: 2019 } })));
    expect(dataOf(store.log)).toEqual([{ text: 'Emma by N. Body' }, emma]);
  });

  it('hands on the very events that are current, unknown, of another schema, or of types that had no other', async () => {
    const others = [book(3), newEvent('ShelfDusted'), newEvent('NeverHeardOf')];
    const strange = [4, 0].map((schema) => newEvent('BookShelved', emma, { schema }));
    const store = frozen(...others, ...strange);
    const { events } = await upcasting(store, [latest]).readAll(START, 10);

    for (const [index, read] of events.entries()) expect(read).toBe(store.log[index]);
    expect(events).toHaveLength(5);
  });

  it('is the store itself where no event has had another schema', () => {
    const store = frozen();
    expect(upcasting(store, [release(1)])).toBe(store);
  });

  it('fails where the data of an event are looked at that cannot be led up, and says nothing of them', async () => {
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
      'event BookShelved at position 0, of schema 1, cannot be brought to the current schema: RangeError',
    );
    expect(JSON.stringify(Object.entries(failure)) + String(failure.stack)).not.toContain('Emma');
    await expect(at(store, broken).load('shelf', 'a1')).rejects.toThrow(failure.message);
  });
});

describe('a log that releases with other schemas have written to', () => {
  // One release after another: an older one would stop at what a newer one wrote.
  const inTurn = fc
    .array(fc.integer({ min: 1, max: LATEST }), { minLength: 1, maxLength: 6 })
    .map((releases) => releases.sort());

  it('folds as if the latest had written all of it', async () => {
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
    // On failure fast-check prints the seed, and the fewest events that fail.
    await fc.assert(property, { numRuns: 12 });
  });

  it('knows a command again by its id and body, whatever has become of the schema since', async () => {
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

  it('has nothing to say of any schema that this version knows', () => {
    const schemas = range(LATEST).map((n) => reasonFor('BookShelved', n + 1));
    expect([...schemas, reasonFor('ShelfDusted', 1), reasonFor('HallOpened', 1)]).toEqual(
      range(LATEST + 2).map(() => undefined),
    );
  });

  it('names an event of an unknown type, and one of another schema than is known', () => {
    expect(reasonFor('NeverHeardOf', 1)).toBe(
      'event NeverHeardOf at position 0 is not known to this version',
    );
    expect(reasonFor('BookShelved', 4)).toBe(
      'event BookShelved at position 0 was recorded with schema 4, this version knows 3',
    );
    expect(reasonFor('ShelfDusted', 2)).toContain('with schema 2, this version knows 1');
    expect(reasonFor('BookShelved', 0)).toContain('with schema 0, this version knows 3');
  });

  it('stops a stream there, and leaves out nothing', async () => {
    const { events } = openStores();
    await shelve(at(events, latest), 'Emma');

    await expect(at(events, release(2)).load('shelf', 'a1')).rejects.toThrow(
      'was recorded with schema 3, this version knows 2',
    );
  });
});

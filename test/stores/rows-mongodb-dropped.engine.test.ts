import { FindCursor, MongoServerError } from 'mongodb';
import { type RowChange, type RowSet, RowsGone, type RowStore, START } from '@waymark/core/kernel';
import { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';
import { range } from '../support/events';
import { forTests, startOwnMongoDb } from '../support/mongodb/server';
import { type Matches, type Proxy, startProxy } from '../support/proxy';
import { afterwards } from '../support/stores';

const LOCKERS: RowSet = { name: 'lockers', version: 1, indexes: ['hall'] };
const ROWS = 500;
const keys = range(ROWS).map((n) => `locker-${String(n)}`);

/** Matches a command of MongoDB's protocol that reads rows. */
const readsRows: Matches = (sent) => sent.includes('\u0002find\0') && sent.includes('\0rows.lockers@1\0');

describe('rows in MongoDB that are dropped during a read', () => {
  const server = forTests(startOwnMongoDb);
  let store: RowStore;
  let reader: RowStore;
  let proxy: Proxy;

  beforeEach(async () => {
    const url = server().database();
    proxy = await startProxy(server().port);
    const open = async (to: string): Promise<RowStore> => {
      const opened = await MongoRowStore.open(to);
      afterwards(() => opened.close());
      return opened;
    };
    afterwards(() => proxy.close());
    store = await open(url);
    reader = await open(url.replace(String(server().port), String(proxy.port)));
    const changes = new Map<string, RowChange>(
      keys.map((key) => [key, { row: { hall: 'north' }, loaded: undefined }]),
    );
    await store.prepare(LOCKERS);
    await store.commit(LOCKERS, { from: START, to: 1, epoch: 0, changes });
  });

  const reads: readonly (readonly [string, () => Promise<Iterable<unknown>>])[] = [
    ['all rows', () => reader.find(LOCKERS)],
    ['rows by a field', () => reader.find(LOCKERS, { where: { hall: 'north' } })],
    ['rows by their keys', () => reader.load(LOCKERS, keys)],
  ];

  it.each(reads)('are reported as gone instead of as empty: %s', async (_, read) => {
    expect([...(await read())]).toHaveLength(ROWS);
    const held = proxy.holdAt(readsRows);
    const found = read();
    const letThrough = await held;
    await store.drop(LOCKERS);
    letThrough();

    await expect(found).rejects.toBeInstanceOf(RowsGone);
  });

  // Not every server with this protocol returns rows in parts; one that does ends the cursor with an error.
  describe.each(reads)('after a part of them was returned: %s', (_, read) => {
    const killed = new MongoServerError({ message: 'collection dropped', code: 175 });
    const givenInParts = (meanwhile: () => Promise<void>): void => {
      const spy = jest.spyOn(FindCursor.prototype, 'toArray').mockImplementationOnce(async () => {
        await meanwhile();
        throw killed;
      });
      afterwards(() => spy.mockRestore());
    };

    it('are reported as gone', async () => {
      givenInParts(() => store.drop(LOCKERS));
      await expect(read()).rejects.toBeInstanceOf(RowsGone);
    });

    it('are not reported as gone if they exist and the server fails for another reason', async () => {
      givenInParts(() => Promise.resolve());
      await expect(read()).rejects.toBe(killed);
    });
  });
});

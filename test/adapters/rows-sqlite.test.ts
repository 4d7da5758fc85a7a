import { join } from 'node:path';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import { START } from '@waymark/kernel';
import { rowStoreContract } from '../contracts/row-store.contract';
import { afterwards, openStores, temporaryDirectory } from '../support/stores';

rowStoreContract('SQLite', () => {
  const file = join(temporaryDirectory(), 'views.sqlite');
  const connect = (): SqliteRowStore => {
    const store = new SqliteRowStore(file);
    afterwards(() => store.close());
    return store;
  };
  const store = connect();
  return Promise.resolve({
    store,
    reopen: async () => {
      await store.close();
      return connect();
    },
    second: () => Promise.resolve(connect()),
    close: () => store.close(),
  });
});

describe('SQLite row store', () => {
  it('writes what was waiting when it is closed, and refuses what comes after', async () => {
    const view = { name: 'lockers', version: 1, indexes: [] };
    const { rows, connect } = openStores();
    await rows.prepare(view);
    const waiting = rows.commit(view, START, 7, new Map([['1', { hall: 'north' }]]));
    await rows.close();

    await expect(waiting).resolves.toBeUndefined();
    await expect(rows.commit(view, 7, 8, new Map())).rejects.toThrow(/not open/);
    const { rows: again } = connect();
    expect([await again.checkpoint(view), await again.find(view)]).toEqual([
      7,
      [{ key: '1', row: { hall: 'north' } }],
    ]);
  });
});

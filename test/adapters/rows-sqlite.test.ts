import { join } from 'node:path';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import { START } from '@waymark/kernel';
import { controlStoreContract } from '../contracts/control-store.contract';
import { rowStoreContract, type OpenedRowStore } from '../contracts/row-store.contract';
import { afterwards, openStores, temporaryDirectory } from '../support/stores';

const open = (): Promise<OpenedRowStore> => {
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
};

rowStoreContract('SQLite', open);
controlStoreContract('SQLite', open);

describe('SQLite row store', () => {
  it('writes what was waiting when it is closed, and refuses what comes after', async () => {
    const view = { name: 'lockers', version: 1, indexes: [] };
    const { rows, connect } = openStores();
    const changes = new Map([['1', { row: { hall: 'north' }, loaded: undefined }]]);
    await rows.prepare(view);
    const waiting = rows.commit(view, { from: START, to: 7, epoch: 0, changes });
    await rows.close();

    await expect(waiting).resolves.toBeUndefined();
    await expect(rows.commit(view, { from: 7, to: 8, epoch: 0, changes })).rejects.toThrow(/not open/);
    const { rows: again } = connect();
    expect([await again.checkpoint(view), await again.find(view)]).toEqual([
      7,
      [{ key: '1', row: { hall: 'north' } }],
    ]);
  });
});

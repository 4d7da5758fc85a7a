import { join } from 'node:path';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import { rowStoreContract } from '../contracts/row-store.contract';
import { afterwards, temporaryDirectory } from '../support/stores';

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

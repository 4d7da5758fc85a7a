import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { logStoreContract } from '../contracts/log-store.contract';
import { closedAfterwards, temporaryDirectory } from '../support/stores';

logStoreContract('SQLite', () => {
  const file = join(temporaryDirectory(), 'events.sqlite');
  return Promise.resolve(() => closedAfterwards(new SqliteEventStore(file)));
});

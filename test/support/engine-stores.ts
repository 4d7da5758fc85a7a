import { SqliteEventStore } from '@waymark/adapters/events-sqlite/sqlite-event-store';
import { MongoRowStore } from '@waymark/adapters/rows-mongodb/mongo-row-store';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import type { EventStore, RowStore } from '@waymark/kernel';

/** Where a log and rows are kept, in words that one process can tell another. */
export interface Engine {
  /** A file, for SQLite. */
  readonly events: string;
  /** A file, for SQLite, or the URL of a MongoDB. */
  readonly rows: string;
}

/** Both stores of an engine, as a process of its own has them. */
export async function openEngine({ events, rows }: Engine): Promise<{ events: EventStore; rows: RowStore }> {
  return {
    events: new SqliteEventStore(events),
    rows: rows.startsWith('mongodb') ? await MongoRowStore.open(rows) : new SqliteRowStore(rows),
  };
}

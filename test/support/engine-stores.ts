import type { EventStore, RowStore } from '@waymark/core/kernel';
import { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';

/** Where a log and rows are stored, in a form that can be sent to another process. */
export interface Engine {
  /** A file, for SQLite. */
  readonly events: string;
  /** A file, for SQLite, or the URL of a MongoDB. */
  readonly rows: string;
}

/** Both stores of an engine, as in a separate process. */
export async function openEngine({ events, rows }: Engine): Promise<{ events: EventStore; rows: RowStore }> {
  return {
    events: new SqliteEventStore(events),
    rows: rows.startsWith('mongodb') ? await MongoRowStore.open(rows) : new SqliteRowStore(rows),
  };
}

import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/adapters/events-sqlite/sqlite-event-store';
import { EmbeddedJobs } from '@waymark/adapters/jobs-embedded/embedded-jobs';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import type { EventStore, Jobs, RowStore } from '@waymark/kernel';
import type { Settings } from './settings';

/** The three stores, whatever they are kept in. */
export interface Stores {
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly jobs: Jobs;
}

/** Open what the settings name, the embedded default for the rest. */
export async function openStores({ data, engines }: Settings): Promise<Stores> {
  const events = await openEvents(data, engines.events);
  const rows = await openRows(data, engines.rows);
  const jobs = await openJobs(data, engines.jobs);
  return { events, rows, jobs };
}

export function openEvents(data: string, url: string | undefined): Promise<EventStore> {
  if (url !== undefined) throw new Error('EventStoreDB');
  return Promise.resolve(new SqliteEventStore(join(data, 'events.sqlite')));
}

function openRows(data: string, url: string | undefined): Promise<RowStore> {
  if (url !== undefined) throw new Error('MongoDB');
  return Promise.resolve(new SqliteRowStore(join(data, 'views.sqlite')));
}

function openJobs(data: string, url: string | undefined): Promise<Jobs> {
  if (url !== undefined) throw new Error('Redis');
  return Promise.resolve(new EmbeddedJobs(join(data, 'jobs.sqlite')));
}

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

export interface OpenStores extends Pick<Settings, 'data' | 'engines'> {
  /** Told of trouble with an engine that is waited out. */
  readonly warn: (message: string) => void;
}

/** Open what the settings name, the embedded default for the rest. */
export async function openStores({ data, engines, warn }: OpenStores): Promise<Stores> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <Store extends { close(): Promise<void> }>(store: Promise<Store>): Promise<Store> => {
    opened.push(await store);
    return store;
  };
  try {
    return {
      events: await open(openEvents(join(data, 'events.sqlite'), engines.events)),
      rows: await open(openRows(join(data, 'views.sqlite'), engines.rows)),
      jobs: await open(openJobs(join(data, 'jobs.sqlite'), engines.jobs, warn)),
    };
  } catch (error) {
    for (const store of opened) await store.close();
    throw error;
  }
}

// Each engine's client is loaded only where it is used: together they take 80 MiB and half a second.

/** A log in EventStoreDB where there is a URL, in a SQLite file otherwise. */
export async function openEvents(file: string, url: string | undefined): Promise<EventStore> {
  if (url === undefined) return new SqliteEventStore(file);
  const { EventStoreDbEventStore } = await import('./engines/eventstoredb.js');
  return new EventStoreDbEventStore(url);
}

async function openRows(file: string, url: string | undefined): Promise<RowStore> {
  if (url === undefined) return new SqliteRowStore(file);
  const { MongoRowStore } = await import('./engines/mongodb.js');
  return MongoRowStore.open(url);
}

async function openJobs(file: string, url: string | undefined, warn: OpenStores['warn']): Promise<Jobs> {
  if (url === undefined) return new EmbeddedJobs(file);
  const { BullMqJobs } = await import('./engines/redis.js');
  return BullMqJobs.open({ url, warn });
}

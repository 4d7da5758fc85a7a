import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore, Jobs, KeyStore, RowStore } from '@waymark/core/kernel';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { EmbeddedJobs } from '@waymark/stores/sqlite/jobs/embedded-jobs';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { isOfAnotherForm } from '@waymark/stores/sqlite/rows/form';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import type { Settings } from './settings';

/** The stores, whatever they are kept in. */
export interface Stores {
  /** The log as it is kept: personal fields are sealed in it. */
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly jobs: Jobs;
  readonly keys: KeyStore;
  /** There are views of another release, which were left as they are: `rows` has none, and forgets what it is given. */
  readonly leftViews: boolean;
}

/**
 * What becomes of views that another release wrote in a form of its own: a service begins them `anew`, from the log; whoever
 * only looks can have them `left`, and find none. Otherwise they are `refused`, as `VIEWS_OF_ANOTHER_RELEASE`.
 */
export type OtherViews = 'anew' | 'left' | 'refused';

export interface OpenStores extends Pick<Settings, 'data' | 'engines'> {
  readonly otherViews: OtherViews;
  /** Told of trouble with an engine that is waited out. */
  readonly warn: (message: string) => void;
}

/** Open what the settings name, the embedded default for the rest. */
export async function openStores({ data, engines, otherViews, warn }: OpenStores): Promise<Stores> {
  const views = join(data, 'views.sqlite');
  const leftViews = otherViews === 'left' && engines.rows === undefined && isOfAnotherForm(views);
  const opened: { close(): Promise<void> }[] = [];
  const open = async <Store extends { close(): Promise<void> }>(store: Promise<Store>): Promise<Store> => {
    opened.push(await store);
    return store;
  };
  try {
    return {
      events: await open(openEvents(join(data, 'events.sqlite'), engines.events)),
      rows: await open(openRows(leftViews ? ':memory:' : views, engines.rows, otherViews === 'anew')),
      jobs: await open(openJobs(join(data, 'jobs.sqlite'), engines.jobs, warn)),
      keys: await open(openKeys(data, engines.keys)),
      leftViews,
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

async function openRows(file: string, url: string | undefined, anew: boolean): Promise<RowStore> {
  if (url === undefined) return new SqliteRowStore(file, { anew });
  const { MongoRowStore } = await import('./engines/mongodb.js');
  return MongoRowStore.open(url);
}

async function openJobs(file: string, url: string | undefined, warn: OpenStores['warn']): Promise<Jobs> {
  if (url === undefined) return new EmbeddedJobs(file);
  const { BullMqJobs } = await import('./engines/redis.js');
  return BullMqJobs.open({ url, warn });
}

/** Folder of the keys within the data folder, and the file of the data keys in it. */
export const KEYS = 'keys';
export const KEY_DATABASE = 'keys.sqlite';

/** Data keys in MongoDB where there is a URL, in a SQLite file in the folder of keys otherwise. */
export async function openKeys(data: string, url: string | undefined): Promise<KeyStore> {
  if (url === undefined) {
    mkdirSync(join(data, KEYS), { recursive: true, mode: 0o700 });
    return new SqliteKeyStore(join(data, KEYS, KEY_DATABASE));
  }
  const { MongoKeyStore } = await import('./engines/mongodb.js');
  return MongoKeyStore.open(url);
}

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlStore, Jobs, KeyStore, LogStore, RowStore } from '@waymark/core/kernel';
import { documentsIn } from '@waymark/stores/sqlite/backup/contents';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { EmbeddedJobs } from '@waymark/stores/sqlite/jobs/embedded-jobs';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { hasOtherSchema } from '@waymark/stores/sqlite/rows/schema';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import type { Settings } from './settings';

/** The stores, embedded or on servers. */
export interface Stores {
  /** The log as it is stored: personal fields are encrypted. */
  readonly events: LogStore;
  readonly rows: RowStore;
  readonly jobs: Jobs;
  readonly keys: KeyStore;
  /** The views are in another release's format and were ignored: `rows` is an empty store in memory. */
  readonly viewsIgnored: boolean;
}

/**
 * What to do with SQLite views in another release's storage format: `rebuild` deletes them, and they are built from the log;
 * `ignore` leaves them unchanged and opens an empty store in memory; `refuse` throws `VIEWS_OF_ANOTHER_RELEASE`.
 */
export type IncompatibleViews = 'rebuild' | 'ignore' | 'refuse';

export interface OpenStores extends Pick<Settings, 'data' | 'engines'> {
  readonly incompatibleViews: IncompatibleViews;
  /** Called when a server has a temporary fault that the client waits for. */
  readonly warn: (message: string) => void;
}

/** Open the stores that the settings name, and embedded stores for the rest. */
export async function openStores({ data, engines, incompatibleViews, warn }: OpenStores): Promise<Stores> {
  const views = join(data, 'views.sqlite');
  const viewsIgnored = incompatibleViews === 'ignore' && engines.rows === undefined && hasOtherSchema(views);
  const opened: { close(): Promise<void> }[] = [];
  const open = async <Store extends { close(): Promise<void> }>(store: Promise<Store>): Promise<Store> => {
    opened.push(await store);
    return store;
  };
  try {
    return {
      events: await open(openEvents(join(data, 'events.sqlite'), engines.events)),
      rows: await open(
        openRows(viewsIgnored ? ':memory:' : views, engines.rows, incompatibleViews === 'rebuild'),
      ),
      jobs: await open(openJobs(join(data, 'jobs.sqlite'), engines.jobs, warn)),
      keys: await open(openKeys(data, engines.keys)),
      viewsIgnored,
    };
  } catch (error) {
    for (const store of opened) await store.close();
    throw error;
  }
}

// Each server's client is loaded only if it is used: together they take 80 MiB and half a second.

/**
 * Open a log: in EventStoreDB if there is a URL, otherwise in a SQLite file. Throws `LOG_DAMAGED` if the file holds what
 * a log cannot hold, unless it is opened `readonly`.
 */
export async function openEvents(
  file: string,
  url: string | undefined,
  how: { readonly readonly?: boolean } = {},
): Promise<LogStore> {
  if (url === undefined) return new SqliteEventStore(file, how);
  const { EventStoreDbEventStore } = await import('./engines/eventstoredb.js');
  return new EventStoreDbEventStore(url);
}

async function openRows(file: string, url: string | undefined, anew: boolean): Promise<RowStore> {
  if (url === undefined) return new SqliteRowStore(file, { reset: anew });
  const { MongoRowStore } = await import('./engines/mongodb.js');
  return MongoRowStore.open(url);
}

/** The coordination documents beside the views, unchanged whatever release wrote them; undefined if there are none. */
export async function openControl(
  file: string,
  url: string | undefined,
): Promise<{ readonly control: Pick<ControlStore, 'get'>; close(): Promise<void> } | undefined> {
  if (url !== undefined) return openRows(file, url, false);
  if (!existsSync(file)) return undefined;
  const get: ControlStore['get'] = (id) => {
    const [doc] = documentsIn(file, id);
    return Promise.resolve(doc && { id, doc, revision: 0 });
  };
  return { control: { get }, close: () => Promise.resolve() };
}

async function openJobs(file: string, url: string | undefined, warn: OpenStores['warn']): Promise<Jobs> {
  if (url === undefined) return new EmbeddedJobs(file);
  const { BullMqJobs } = await import('./engines/redis.js');
  return BullMqJobs.open({ url, warn });
}

/** Folder of the keys inside the data folder, and the database of the data keys inside it. */
export const KEYS_FOLDER = 'keys';
export const KEY_DATABASE = 'keys.sqlite';

/** Open the data keys: in MongoDB if there is a URL, otherwise in a SQLite file in the keys folder. */
export async function openKeys(data: string, url: string | undefined): Promise<KeyStore> {
  if (url === undefined) {
    mkdirSync(join(data, KEYS_FOLDER), { recursive: true, mode: 0o700 });
    return new SqliteKeyStore(join(data, KEYS_FOLDER, KEY_DATABASE));
  }
  const { MongoKeyStore } = await import('./engines/mongodb.js');
  return MongoKeyStore.open(url);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore, LogStore, RowStore } from '@waymark/core/kernel';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';

export interface Connection {
  readonly events: EventStore;
  readonly rows: RowStore;
}

interface Opened extends Connection {
  readonly events: LogStore;
}

const cleanups: (() => unknown)[] = [];

/** Clean-up functions to call after the current test, in reverse order. */
export const afterwards = (undo: () => unknown): void => void cleanups.push(undo);

/** Close a store after the test. Returns the store. */
export function closedAfterwards<Store extends { close(): Promise<void> }>(store: Store): Store {
  afterwards(() => store.close());
  return store;
}

// Registered here for all suites, so that no test can forget it.
afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** A temporary directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'waymark-'));
  afterwards(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A log and views for one test. `connect` opens the same files again, like another process. */
export function openStores(): Opened & { readonly connect: () => Opened } {
  const directory = temporaryDirectory();
  const connect = (): Opened => {
    const events = new SqliteEventStore(join(directory, 'events.sqlite'));
    const rows = new SqliteRowStore(join(directory, 'views.sqlite'));
    afterwards(() => Promise.all([events.close(), rows.close()]));
    return { events, rows };
  };
  return { ...connect(), connect };
}

import { readdirSync, rmSync, statSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/adapters/events-sqlite/sqlite-event-store';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import { TURN } from '@waymark/imports';
import { MEMBERS, copyLog } from '@waymark/runtime';
import type { Stores } from './stores';

const SCRATCH = 'scratch-';
/** How long a copy may be in use, in milliseconds. */
const DAY = 86_400_000;

/** A folder with a copy of everything, in embedded stores whatever the originals are kept in. */
export async function copyOfAll(data: string, { events, rows }: Stores): Promise<string> {
  removeOldOnes(data);
  const folder = await mkdtemp(join(data, SCRATCH));
  // The views first: what they lack they take from the log, but they must not be ahead of it.
  if (rows instanceof SqliteRowStore && events instanceof SqliteEventStore) {
    await rows.copyTo(join(folder, 'views.sqlite'));
    await forgetOthers(join(folder, 'views.sqlite'));
  }
  await copyEvents(events, join(folder, 'events.sqlite'));
  await cp(join(data, 'keys'), join(folder, 'keys'), { recursive: true }).catch(() => undefined);
  return folder;
}

/** Those who work on the originals have nothing to do with the copy. */
export async function forgetOthers(file: string): Promise<void> {
  const rows = new SqliteRowStore(file);
  const { control } = rows;
  for (const { id, revision } of [...(await control.list(MEMBERS)), ...(await control.list(TURN))])
    await control.remove(id, revision);
  await rows.close();
}

async function copyEvents(events: Stores['events'], file: string): Promise<void> {
  if (events instanceof SqliteEventStore) return events.copyTo(file);
  const copy = new SqliteEventStore(file);
  try {
    await copyLog(events, copy, { keepsOrder: true });
  } finally {
    await copy.close();
  }
}

/** Copies that a process which was killed has left behind: they hold personal data. */
function removeOldOnes(data: string): void {
  for (const name of readdirSync(data).filter((entry) => entry.startsWith(SCRATCH))) {
    const folder = join(data, name);
    if (Date.now() - statSync(folder).mtimeMs > DAY) rmSync(folder, { recursive: true, force: true });
  }
}

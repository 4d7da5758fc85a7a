import { readdirSync, rmSync, statSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TURN } from '@waymark/core/imports';
import { copyLog } from '@waymark/core/log';
import { MEMBERS } from '@waymark/core/projections';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { KEY_DATABASE, KEYS, type Stores } from './stores';

const SCRATCH = 'scratch-';
/** How long a copy may be in use, in milliseconds. */
const DAY = 86_400_000;
/** Keys copied together. */
const PAGE = 1_000;

/** A folder with a copy of everything, in embedded stores whatever the originals are kept in. */
export async function copyOfAll(data: string, { events, rows, keys }: Stores): Promise<string> {
  removeOldOnes(data);
  const folder = await mkdtemp(join(data, SCRATCH));
  // The views first: what they lack they take from the log, but they must not be ahead of it.
  if (rows instanceof SqliteRowStore && events instanceof SqliteEventStore) {
    await rows.copyTo(join(folder, 'views.sqlite'));
    await forgetOthers(join(folder, 'views.sqlite'));
  }
  await copyEvents(events, join(folder, 'events.sqlite'));
  // Only after the log: who is in it has a key.
  const isSecret = (file: string): boolean => !basename(file).startsWith(KEY_DATABASE);
  await cp(join(data, KEYS), join(folder, KEYS), { recursive: true, filter: isSecret });
  await copyKeys(keys, join(folder, KEYS, KEY_DATABASE));
  return folder;
}

/** Those who work on the originals have nothing to do with the copy. */
export async function forgetOthers(file: string): Promise<void> {
  const rows = new SqliteRowStore(file, { anew: true });
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

async function copyKeys(keys: Stores['keys'], file: string): Promise<void> {
  if (keys instanceof SqliteKeyStore) return keys.copyTo(file);
  const copy = new SqliteKeyStore(file);
  try {
    for (let page = await keys.list(undefined, PAGE); page.length > 0;) {
      await Promise.all(
        page.map(({ subject, key }) =>
          'destroyedAt' in key ? copy.destroy(subject, key.destroyedAt) : copy.add(subject, key),
        ),
      );
      page = await keys.list(page.at(-1)!.subject, PAGE);
    }
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

import { readdirSync, rmSync, statSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { IMPORT_LEASE } from '@waymark/core/imports';
import { copyLog } from '@waymark/core/log';
import { MEMBERS } from '@waymark/core/projections';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { DRY_RUN_QUEUE } from './dry-run-queue';
import { KEY_DATABASE, KEYS_FOLDER, type Stores } from './stores';

const SCRATCH = 'scratch-';
/** Age after which a leftover copy is deleted, in milliseconds: one day. */
const MAX_AGE_MS = 86_400_000;
/** Number of data keys copied at a time. */
const PAGE = 1_000;

/** Copy all stores and keys to a new folder inside the data folder, as embedded stores whatever the originals are. */
export async function createScratchFolder(data: string, { events, rows, keys }: Stores): Promise<string> {
  removeStaleFolders(data);
  const folder = await mkdtemp(join(data, SCRATCH));
  // Views before the log: they catch up from it, but must not be ahead of it.
  if (rows instanceof SqliteRowStore && events instanceof SqliteEventStore) {
    await rows.copyTo(join(folder, 'views.sqlite'));
    await removeProcessDocuments(join(folder, 'views.sqlite'));
  }
  await copyEvents(events, join(folder, 'events.sqlite'));
  // Keys after the log, so that each person in it has a key.
  const isSecret = (file: string): boolean => !basename(file).startsWith(KEY_DATABASE);
  await cp(join(data, KEYS_FOLDER), join(folder, KEYS_FOLDER), { recursive: true, filter: isSecret });
  await copyKeys(keys, join(folder, KEYS_FOLDER, KEY_DATABASE));
  return folder;
}

/** Remove the coordination documents of processes that use the original: members, and the turns of imports and dry runs. */
export async function removeProcessDocuments(file: string): Promise<void> {
  const rows = new SqliteRowStore(file, { reset: true });
  const { control } = rows;
  for (const prefix of [MEMBERS, IMPORT_LEASE, DRY_RUN_QUEUE])
    for (const { id, revision } of await control.list(prefix)) await control.remove(id, revision);
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

/** Delete copies that killed processes left behind, since they contain personal data. */
function removeStaleFolders(data: string): void {
  for (const name of readdirSync(data).filter((entry) => entry.startsWith(SCRATCH))) {
    const folder = join(data, name);
    if (Date.now() - statSync(folder).mtimeMs > MAX_AGE_MS) rmSync(folder, { recursive: true, force: true });
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemClock } from '@waymark/core/commands';
import { Refusal } from '@waymark/core/kernel';
import { KEY_DATABASE, KEYS, packaged, type Settings } from '@waymark/platform';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { sqliteVersion } from '@waymark/stores/sqlite/backup/contents';
import { SqliteSnapshot } from '@waymark/stores/sqlite/backup/snapshot';
import {
  type BackupFile,
  type BackupManifest,
  contentsOf,
  databases,
  described,
  filesIn,
  fingerprintOf,
  FORMAT,
  MANIFEST,
} from './backup-manifest';

export const KEY_FILE = 'hash.key';
const UPLOADS = 'uploads';

/** How far a backup is, or a restoration, in bytes of what is being done. */
export interface BackupProgress {
  readonly doing: 'copying' | 'reading';
  readonly bytes: number;
  readonly total: number;
}

export interface BackupOptions extends Pick<Settings, 'data' | 'engines' | 'hashKey'> {
  /** Take the keys too: who has such a backup can read what it holds. */
  readonly withKeys?: boolean;
  readonly onProgress?: (progress: BackupProgress) => void;
}

/**
 * Copy a data folder, as it is at one moment, while services work on it: all that was acknowledged before it began is in it.
 * Views and jobs are taken first and the log last, so that neither knows of anything that the log does not; what they lack,
 * they take from it. Uploads are taken in between: what a job needs is there, or the log says that the job was done.
 *
 * Refused as `NOT_EMBEDDED`, `NO_DATA`, and `FOLDER_NOT_EMPTY` or `FOLDER_IN_DATA` where a backup cannot be begun.
 */
export async function backup(folder: string, options: BackupOptions): Promise<BackupManifest> {
  const { data, engines, withKeys = false, onProgress = () => undefined } = options;
  if (engines.events !== undefined)
    throw new Refusal(
      'NOT_EMBEDDED',
      'The log is kept on a server, as EVENTSTORE_URL says. Back that up by its own means.',
    );
  if (!existsSync(join(data, databases.events)))
    throw new Refusal('NO_DATA', 'The folder that WAYMARK_DATA names (.waymark) holds no log.', 'missing');
  await begin(folder, data);
  try {
    const createdAt = await copyDatabases(folder, options);
    if (withKeys) await copyKeys(join(data, KEYS), join(folder, KEYS));
    const files = await describedAll(folder, onProgress);
    return await conclude(folder, files, createdAt, options);
  } catch (error) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

/** A backup begins in a folder that is not there or empty, and outside of what it is a copy of. */
async function begin(folder: string, data: string): Promise<void> {
  if ((await readdir(folder).catch(() => [])).length > 0)
    throw new Refusal('FOLDER_NOT_EMPTY', 'There is something in the folder already. Name a new one.');
  if (await isWithin(folder, data))
    throw new Refusal(
      'FOLDER_IN_DATA',
      'A backup within the data folder would be lost with it. Name another one.',
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Returns the moment of which the copy is. */
async function copyDatabases(
  folder: string,
  { data, engines, onProgress = () => undefined }: BackupOptions,
): Promise<string> {
  const snapshots: (readonly [name: string, snapshot: SqliteSnapshot])[] = [];
  const take = (name: string, isEmbedded: boolean): void => {
    if (isEmbedded && existsSync(join(data, name)))
      snapshots.push([name, new SqliteSnapshot(join(data, name))]);
  };
  try {
    take(databases.views, engines.rows === undefined);
    take(databases.jobs, engines.jobs === undefined);
    await copyAll(join(data, UPLOADS), join(folder, UPLOADS));
    take(databases.events, true);
    const moment = systemClock.now();
    const total = snapshots.reduce((sum, [, { bytes }]) => sum + bytes, 0);
    let before = 0;
    for (const [name, snapshot] of snapshots) {
      await snapshot.copyTo(join(folder, name), (bytes) =>
        onProgress({ doing: 'copying', bytes: before + bytes, total }),
      );
      before += snapshot.bytes;
    }
    return moment;
  } finally {
    for (const [, snapshot] of snapshots) snapshot.close();
  }
}

/** Copy the keys, the data keys as they are at one moment: after the log, so that whoever is in it has a key. */
async function copyKeys(from: string, to: string): Promise<void> {
  await copyAll(from, to, (path) => !path.startsWith(KEY_DATABASE));
  if (!existsSync(join(from, KEY_DATABASE))) return;
  const snapshot = new SqliteSnapshot(join(from, KEY_DATABASE));
  try {
    await snapshot.copyTo(join(to, KEY_DATABASE), () => undefined);
  } finally {
    snapshot.close();
  }
}

/** Copy a folder's files, but for those that are gone when it comes to them. */
async function copyAll(
  from: string,
  to: string,
  wanted: (path: string) => boolean = () => true,
): Promise<void> {
  for (const path of (await filesIn(from)).filter(wanted)) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    await copyFile(join(from, path), join(to, path)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }
}

async function describedAll(
  folder: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<BackupFile[]> {
  const paths = await filesIn(folder);
  const sizes = await Promise.all(paths.map((path) => stat(join(folder, path))));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const files: BackupFile[] = [];
  let read = 0;
  for (const path of paths) {
    files.push(
      await described(folder, path, (bytes) =>
        onProgress({ doing: 'reading', bytes: (read += bytes), total }),
      ),
    );
    await synced(dirname(join(folder, path)));
  }
  return files;
}

/** Write the manifest, whole or not at all. */
async function conclude(
  folder: string,
  files: readonly BackupFile[],
  createdAt: string,
  { data, hashKey, withKeys = false }: BackupOptions,
): Promise<BackupManifest> {
  const key = hashKey ?? keyIn(join(data, KEYS));
  const manifest: BackupManifest = {
    format: FORMAT,
    createdAt,
    versions: { waymark: version(), node: process.versions.node, sqlite: sqliteVersion() },
    ...contentsOf(folder),
    keys: { included: withKeys, ...(key && { fingerprint: fingerprintOf(key) }) },
    files,
  };
  const file = join(folder, MANIFEST);
  const handle = await open(`${file}.new`, 'wx', 0o600);
  await handle.writeFile(JSON.stringify(manifest, undefined, 2));
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  await synced(folder);
  return manifest;
}

/** The key in a folder of keys, where there is one. */
export const keyIn = (folder: string): Buffer | undefined => {
  const file = join(folder, KEY_FILE);
  return existsSync(file) ? keyFromFile(file) : undefined;
};

/** Whether a path leads into a folder, by whatever links, or is that folder; neither need be there. */
export async function isWithin(path: string, folder: string): Promise<boolean> {
  return `${await real(path)}${sep}`.startsWith(`${await real(folder)}${sep}`);
}

/** Where a path leads, as far as there is something. */
async function real(path: string): Promise<string> {
  const parent = dirname(resolve(path));
  return realpath(path).catch(async () =>
    parent === resolve(path) ? parent : join(await real(parent), basename(resolve(path))),
  );
}

/** What is in a folder is on the disk by its name too. */
export async function synced(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

const version = (): string =>
  (JSON.parse(readFileSync(packaged('package.json'), 'utf8')) as { readonly version: string }).version;

import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemClock } from '@waymark/core/commands';
import { Refusal } from '@waymark/core/kernel';
import { KEY_DATABASE, KEYS_FOLDER, packageFile, type Settings } from '@waymark/platform';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { makePrivate } from '@waymark/stores/files/private-folder';
import { sqliteVersion } from '@waymark/stores/sqlite/backup/contents';
import { SqliteSnapshot } from '@waymark/stores/sqlite/backup/snapshot';
import {
  type BackupFile,
  type BackupManifest,
  databaseContents,
  databases,
  describeFile,
  listFiles,
  keyFingerprint,
  FORMAT,
  MANIFEST,
} from './backup-manifest';
import { copySeals, lastSealIn } from './backup-seals';

export const HASH_KEY_FILE = 'hash.key';
const UPLOADS = 'uploads';

/** Progress of the current step of a backup or a restore, in bytes. */
export interface BackupProgress {
  readonly doing: 'copying' | 'reading';
  readonly bytes: number;
  readonly total: number;
}

export interface BackupOptions extends Pick<
  Settings,
  'data' | 'engines' | 'hashKey' | 'seals' | 'sealKeyFile'
> {
  /** Include the keys: anyone who has such a backup can decrypt its personal data. */
  readonly withKeys?: boolean;
  readonly onProgress?: (progress: BackupProgress) => void;
}

/**
 * Copy a data folder while services use it. The copy contains everything that was acknowledged before the backup started.
 *
 * Snapshots of views and jobs are taken first and that of the log last, so that views and jobs are never ahead of the log;
 * after a restore they catch up from it. Uploads are copied in between: each file that a job needs is in the copy, or the
 * log records that the job has finished. The seals are those of the copied log.
 *
 * Only its owner may read the backup. Throws `NOT_EMBEDDED`, `NO_DATA`, `FOLDER_NOT_EMPTY`, `FOLDER_IN_DATA` or
 * `FOLDER_NOT_OWNED`. A backup that fails leaves its folder empty.
 */
export async function backup(folder: string, options: BackupOptions): Promise<BackupManifest> {
  const { data, engines, withKeys = false, onProgress = () => undefined } = options;
  if (engines.events !== undefined)
    throw new Refusal(
      'NOT_EMBEDDED',
      'The log is on the server that EVENTSTORE_URL names. Back it up with the tools of that server.',
    );
  if (!existsSync(join(data, databases.events)))
    throw new Refusal(
      'NO_DATA',
      'The data folder (WAYMARK_DATA, or .waymark) contains no log. Set WAYMARK_DATA.',
      'missing',
    );
  await prepareFolder(folder, data);
  try {
    const sealed = await lastSealIn(options);
    const createdAt = await copyDatabases(folder, options);
    const seals = await copySeals(folder, options, sealed);
    if (withKeys) await copyKeys(join(data, KEYS_FOLDER), join(folder, KEYS_FOLDER));
    const files = await describeFiles(folder, onProgress);
    return await writeManifest(folder, { createdAt, seals, files }, options);
  } catch (error) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

/** Create the backup's folder. It must be empty or not exist, and lie outside the data folder. */
async function prepareFolder(folder: string, data: string): Promise<void> {
  if ((await readdir(folder).catch(() => [])).length > 0)
    throw new Refusal('FOLDER_NOT_EMPTY', 'The folder is not empty. Name an empty or a new folder.');
  if (await isWithin(folder, data))
    throw new Refusal(
      'FOLDER_IN_DATA',
      'The folder lies inside the data folder, and would be lost together with it. Name another folder.',
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  makePrivate(folder);
}

/** Copy the databases and the uploads. Returns the moment of the log's snapshot. */
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
    await copyFiles(join(data, UPLOADS), join(folder, UPLOADS));
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

/** Copy the keys, with a snapshot of the data keys. Runs after the log's snapshot, so that each person in it has a key. */
async function copyKeys(from: string, to: string): Promise<void> {
  await copyFiles(from, to, (path) => !path.startsWith(KEY_DATABASE));
  if (!existsSync(join(from, KEY_DATABASE))) return;
  const snapshot = new SqliteSnapshot(join(from, KEY_DATABASE));
  try {
    await snapshot.copyTo(join(to, KEY_DATABASE), () => undefined);
  } finally {
    snapshot.close();
  }
}

/** Copy the files of a folder. A file that is deleted meanwhile is skipped. */
async function copyFiles(
  from: string,
  to: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<void> {
  for (const path of (await listFiles(from)).filter(isWanted)) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    try {
      await copyFile(join(from, path), join(to, path));
      await chmod(join(to, path), 0o600); // copyFile keeps the mode of the original
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

async function describeFiles(
  folder: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<BackupFile[]> {
  const paths = await listFiles(folder);
  const sizes = await Promise.all(paths.map((path) => stat(join(folder, path))));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const files: BackupFile[] = [];
  let read = 0;
  for (const path of paths) {
    files.push(
      await describeFile(folder, path, (bytes) =>
        onProgress({ doing: 'reading', bytes: (read += bytes), total }),
      ),
    );
    await syncFolder(dirname(join(folder, path)));
  }
  return files;
}

/** Write the manifest atomically. */
async function writeManifest(
  folder: string,
  { createdAt, seals, files }: Pick<BackupManifest, 'createdAt' | 'seals' | 'files'>,
  { data, hashKey, withKeys = false }: BackupOptions,
): Promise<BackupManifest> {
  const key = hashKey ?? hashKeyIn(join(data, KEYS_FOLDER));
  const manifest: BackupManifest = {
    format: FORMAT,
    createdAt,
    versions: { waymark: packageVersion(), node: process.versions.node, sqlite: sqliteVersion() },
    ...databaseContents(folder),
    keys: { included: withKeys, ...(key && { fingerprint: keyFingerprint(key) }) },
    ...(seals && { seals }),
    files,
  };
  const file = join(folder, MANIFEST);
  const handle = await open(`${file}.new`, 'wx', 0o600);
  await handle.writeFile(JSON.stringify(manifest, undefined, 2));
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  await syncFolder(folder);
  return manifest;
}

/** Read the hash key in a folder of keys; undefined if there is none. */
export const hashKeyIn = (folder: string): Buffer | undefined => {
  const file = join(folder, HASH_KEY_FILE);
  return existsSync(file) ? keyFromFile(file) : undefined;
};

/** Whether a path is a folder or lies inside it, symbolic links resolved. Neither has to exist. */
export async function isWithin(path: string, folder: string): Promise<boolean> {
  return `${await realPath(path)}${sep}`.startsWith(`${await realPath(folder)}${sep}`);
}

/** Resolve the symbolic links of the part of a path that exists. */
async function realPath(path: string): Promise<string> {
  const parent = dirname(resolve(path));
  return realpath(path).catch(async () =>
    parent === resolve(path) ? parent : join(await realPath(parent), basename(resolve(path))),
  );
}

/** Flush a folder to the disk, so that the names of its files survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

const packageVersion = (): string =>
  (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { readonly version: string }).version;

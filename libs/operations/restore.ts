import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemClock } from '@waymark/core/commands';
import { Refusal } from '@waymark/core/kernel';
import { removeProcessDocuments, KEYS_FOLDER } from '@waymark/platform';
import { makePrivate } from '@waymark/stores/files/private-folder';
import { type BackupProgress, isWithin, HASH_KEY_FILE, hashKeyIn, syncFolder } from './backup';
import { type BackupManifest, databases, listFiles, keyFingerprint, verifyBackup } from './backup-manifest';
import { lockDatabases, releaseLocks, refuseIfMembersAlive } from './data-folder-lock';

export interface RestoreOptions {
  /** The data folder to create. Unless `replace` is set, it must be empty or not exist. */
  readonly data: string;
  /** Keep the existing data folder, renamed to a name beside it. */
  readonly replace?: boolean;
  /** Folder of the keys, for a backup without them. */
  readonly keys?: string | undefined;
  /** The hash key itself, if services get it from their settings. */
  readonly hashKey?: Buffer;
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** Path that the former data folder was renamed to. */
  readonly aside?: string;
}

/**
 * Verify a backup and create a data folder from it. The new folder is built beside the target, and renamed into place once
 * all of it is on the disk. An existing data folder is renamed and never deleted.
 *
 * Throws `NO_BACKUP`, `BACKUP_TOO_NEW`, `BACKUP_DAMAGED`, `BACKUP_IN_DATA`, `DATA_NOT_EMPTY`, `DATA_IN_USE`,
 * `KEYS_MISSING`, `WRONG_KEYS`, `FOLDER_NOT_OWNED` or `DATA_NOT_MOVABLE`.
 */
export async function restore(folder: string, options: RestoreOptions): Promise<Restored> {
  const { replace = false, onProgress = () => undefined } = options;
  const data = resolve(options.data);
  const isThere = (await readdir(data).catch(() => [])).length > 0;
  if (isThere && !replace)
    throw new Refusal(
      'DATA_NOT_EMPTY',
      'The data folder is not empty. Use --replace to keep it under another name, or name another folder.',
    );
  if (await isWithin(folder, data))
    throw new Refusal(
      'BACKUP_IN_DATA',
      'The backup lies inside the data folder that would be replaced. Copy the backup elsewhere first.',
    );
  const { manifest, problems } = await verifyBackup(folder, (bytes, total) =>
    onProgress({ doing: 'reading', bytes, total }),
  );
  if (problems.length > 0)
    throw new Refusal('BACKUP_DAMAGED', `The backup is damaged: ${problems.join('; ')}. Use another backup.`);
  const keys = findKeysFolder(folder, manifest, { ...options, data });
  if (isThere) makePrivate(data);
  await refuseIfMembersAlive(data);
  releaseLocks(lockDatabases(data));
  const staging = `${data}.restoring-${randomUUID().slice(0, 8)}`;
  try {
    await buildDataFolder(folder, staging, manifest, keys, onProgress);
    const aside = isThere ? await moveAside(data) : undefined;
    await moveIntoPlace(staging, data, aside);
    return { manifest, ...(aside !== undefined && { aside }) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Find the folder to copy keys from; undefined if services get the hash key from their settings. */
function findKeysFolder(
  folder: string,
  { keys: { included, fingerprint } }: BackupManifest,
  { data, keys, hashKey }: RestoreOptions,
): string | undefined {
  const defaults = [...(included ? [join(folder, KEYS_FOLDER)] : []), join(data, KEYS_FOLDER)];
  const from = keys === undefined ? defaults : [keys];
  const source = hashKey ? undefined : from.find((each) => hashKeyIn(each));
  const key = hashKey ?? (source && hashKeyIn(source));
  if (!key) {
    throw new Refusal(
      'KEYS_MISSING',
      'The backup contains no keys, and without the hash key repeated commands and UPNs cannot be recognised. Name the folder of the keys with --keys, or set WAYMARK_HASH_KEY.',
    );
  }
  if (fingerprint !== undefined && keyFingerprint(key) !== fingerprint)
    throw new Refusal(
      'WRONG_KEYS',
      'The hash key does not belong to this backup. Name the folder of the right keys with --keys.',
    );
  return source;
}

/** Build a data folder from a backup, flushed to the disk. */
async function buildDataFolder(
  folder: string,
  staging: string,
  { files }: BackupManifest,
  keys: string | undefined,
  onProgress: (progress: BackupProgress) => void,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let copied = 0;
  for (const { path, bytes } of files) {
    if (!path.startsWith(`${KEYS_FOLDER}/`)) await copyDurably(join(folder, path), join(staging, path));
    onProgress({ doing: 'copying', bytes: (copied += bytes), total });
  }
  if (keys !== undefined) {
    for (const path of new Set([HASH_KEY_FILE, ...(await listFiles(keys))]))
      await copyDurably(join(keys, path), join(staging, KEYS_FOLDER, path));
  }
  const views = join(staging, databases.views);
  // The processes that used the original do not use the copy.
  if (existsSync(views)) await removeProcessDocuments(views);
  await syncFolder(staging);
}

/** Copy a file, flushed to the disk. Only the owner may read the copy. */
async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  await handle.chmod(0o600);
  await handle.sync();
  await handle.close();
  await syncFolder(dirname(to));
}

/** Rename the data folder while its databases are locked. Returns the new name. */
async function moveAside(data: string): Promise<string> {
  const aside = asideName(data);
  // Lock again: a service may have started since the first check.
  const holds = lockDatabases(data);
  try {
    for (const held of holds) held.checkpoint();
    await rename(data, aside);
  } catch (error) {
    throw dataNotMovable(error);
  } finally {
    releaseLocks(holds);
  }
  return aside;
}

/** Rename the finished folder to the data folder. If that fails, the former data folder is moved back. */
async function moveIntoPlace(staging: string, data: string, aside: string | undefined): Promise<void> {
  try {
    await rename(staging, data);
  } catch (error) {
    const movedBack =
      aside === undefined ||
      (await rename(aside, data).then(
        () => true,
        () => false,
      ));
    throw dataNotMovable(error, movedBack ? '' : ` The former data folder is now ${aside}.`);
  }
  await syncFolder(dirname(data));
}

const dataNotMovable = (error: unknown, more = ''): Refusal =>
  new Refusal(
    'DATA_NOT_MOVABLE',
    `The data folder cannot be renamed (${String((error as NodeJS.ErrnoException).code)}); it may be a mount point. Restore into a subfolder of it.${more}`,
  );

const asideName = (data: string): string => {
  const name = `${data}.before-${systemClock.now().replaceAll(/[:.]/g, '')}`;
  return existsSync(name) ? `${name}-${randomUUID().slice(0, 8)}` : name;
};

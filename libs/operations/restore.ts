import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemClock } from '@waymark/core/commands';
import { Refusal } from '@waymark/core/kernel';
import { forgetOthers, KEYS } from '@waymark/platform';
import { type BackupProgress, isWithin, KEY_FILE, keyIn, synced } from './backup';
import { type BackupManifest, databases, filesIn, fingerprintOf, verifyBackup } from './backup-manifest';
import { holdAll, letGo, refuseMembers } from './data-in-use';

export interface RestoreOptions {
  /** The data folder: one that is empty or not there, unless `replace`. */
  readonly data: string;
  /** Put the data folder that is there aside, under another name beside it. */
  readonly replace?: boolean;
  /** Folder of the keys, where the backup has none. */
  readonly keys?: string | undefined;
  /** The key itself, for services that are given it. */
  readonly hashKey?: Buffer;
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** Where the data folder is that was there before. */
  readonly aside?: string;
}

/**
 * Make a data folder of a backup, once that has been verified: beside its place, and put there by renaming it when all of it
 * is on the disk. What was there before is put aside, and never deleted.
 *
 * Refused as `BACKUP_DAMAGED`, `DATA_NOT_EMPTY`, `DATA_IN_USE`, `KEYS_MISSING`, `WRONG_KEYS`, and `DATA_NOT_MOVABLE`.
 */
export async function restore(folder: string, options: RestoreOptions): Promise<Restored> {
  const { replace = false, onProgress = () => undefined } = options;
  const data = resolve(options.data);
  const isThere = (await readdir(data).catch(() => [])).length > 0;
  if (isThere && !replace)
    throw new Refusal(
      'DATA_NOT_EMPTY',
      'There is something in the data folder. With --replace it is put aside, and not deleted.',
    );
  if (await isWithin(folder, data))
    throw new Refusal(
      'BACKUP_IN_DATA',
      'The backup lies in the data folder that is to be replaced. Copy it elsewhere first.',
    );
  const { manifest, problems } = await verifyBackup(folder, (bytes, total) =>
    onProgress({ doing: 'reading', bytes, total }),
  );
  if (problems.length > 0)
    throw new Refusal('BACKUP_DAMAGED', `The backup is not sound: ${problems.join('; ')}.`);
  const keys = keysFor(folder, manifest, { ...options, data });
  await refuseMembers(data);
  letGo(holdAll(data));
  const made = `${data}.restoring-${randomUUID().slice(0, 8)}`;
  try {
    await make(folder, made, manifest, keys, onProgress);
    const aside = isThere ? await putAside(data) : undefined;
    await putInPlace(made, data, aside);
    return { manifest, ...(aside !== undefined && { aside }) };
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** The folder that keys are taken from; none where the services are given theirs. */
function keysFor(
  folder: string,
  { keys: { included, fingerprint } }: BackupManifest,
  { data, keys, hashKey }: RestoreOptions,
): string | undefined {
  const kept = [...(included ? [join(folder, KEYS)] : []), join(data, KEYS)];
  const from = keys === undefined ? kept : [keys];
  const source = hashKey ? undefined : from.find((each) => keyIn(each));
  const key = hashKey ?? (source && keyIn(source));
  if (!key) {
    throw new Refusal(
      'KEYS_MISSING',
      'The backup has no keys, without which retries and UPNs would not be known again. Name their folder with --keys, or set WAYMARK_HASH_KEY.',
    );
  }
  if (fingerprint !== undefined && fingerprintOf(key) !== fingerprint)
    throw new Refusal('WRONG_KEYS', 'The key is not the one that the backup goes with.');
  return source;
}

/** A data folder of what is in a backup, on the disk. */
async function make(
  folder: string,
  made: string,
  { files }: BackupManifest,
  keys: string | undefined,
  onProgress: (progress: BackupProgress) => void,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let copied = 0;
  for (const { path, bytes } of files) {
    if (!path.startsWith(`${KEYS}/`)) await copyDurably(join(folder, path), join(made, path));
    onProgress({ doing: 'copying', bytes: (copied += bytes), total });
  }
  if (keys !== undefined) {
    for (const path of new Set([KEY_FILE, ...(await filesIn(keys))]))
      await copyDurably(join(keys, path), join(made, KEYS, path), 0o600);
  }
  const views = join(made, databases.views);
  // Who worked on the original does not work on this.
  if (existsSync(views)) await forgetOthers(views);
  await synced(made);
}

async function copyDurably(from: string, to: string, mode?: number): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  if (mode !== undefined) await handle.chmod(mode);
  await handle.sync();
  await handle.close();
  await synced(dirname(to));
}

/** Give the data folder another name, while nobody can open what is in it. Returns that name. */
async function putAside(data: string): Promise<string> {
  const aside = asideOf(data);
  // Again, for a service may have been started since.
  const holds = holdAll(data);
  try {
    for (const held of holds) held.rest();
    await rename(data, aside);
  } catch (error) {
    throw notMovable(error);
  } finally {
    letGo(holds);
  }
  return aside;
}

/** Put a finished folder where the data are to be. Where that cannot be done, what was put aside is put back. */
async function putInPlace(made: string, data: string, aside: string | undefined): Promise<void> {
  try {
    await rename(made, data);
  } catch (error) {
    const back = aside === undefined || (await rename(aside, data).then(done, failed));
    throw notMovable(error, back ? '' : ` What was there before is in ${aside}.`);
  }
  await synced(dirname(data));
}

const done = (): boolean => true;
const failed = (): boolean => false;

const notMovable = (error: unknown, more = ''): Refusal =>
  new Refusal(
    'DATA_NOT_MOVABLE',
    `The data folder cannot be put in its place (${String((error as NodeJS.ErrnoException).code)}), as where it is a mount point. Restore into a folder within that.${more}`,
  );

const asideOf = (data: string): string => {
  const name = `${data}.before-${systemClock.now().replaceAll(/[:.]/g, '')}`;
  return existsSync(name) ? `${name}-${randomUUID().slice(0, 8)}` : name;
};

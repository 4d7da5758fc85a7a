import { createHash, createHmac } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Position, Refusal } from '@waymark/core/kernel';
import {
  checkpointsIn,
  faultsIn,
  jobsIn,
  type LogContents,
  logIn,
} from '@waymark/stores/sqlite/backup/contents';

export const MANIFEST = 'manifest.json';
/** Form of the manifest. */
export const FORMAT = 1;

/** The SQLite files of a data folder, and of a backup. */
export const databases = { events: 'events.sqlite', views: 'views.sqlite', jobs: 'jobs.sqlite' } as const;

export interface BackupFile {
  /** Within the backup, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup holds. */
export interface BackupContents {
  readonly events: LogContents;
  /** How far each view has seen the log, by the names of their rows. */
  readonly views: Readonly<Record<string, Position>>;
  readonly jobs: number;
}

/** What says that a folder is a backup: written last, when all of it is on the disk. */
export interface BackupManifest extends BackupContents {
  readonly format: number;
  /** The moment of which it is: UTC, milliseconds. */
  readonly createdAt: string;
  /** Of what made it. */
  readonly versions: { readonly waymark: string; readonly node: string; readonly sqlite: string };
  readonly keys: {
    /** Whether they are in the backup, which then must be kept like them. */
    readonly included: boolean;
    /** Tells whether a key is the one that the data go with. */
    readonly fingerprint?: string;
  };
  readonly files: readonly BackupFile[];
}

/** Says of a key which it is, and nothing by which it could be found. */
export const fingerprintOf = (key: Buffer): string =>
  createHmac('sha256', key).update('waymark backup').digest('hex').slice(0, 32);

/** What the databases in a folder hold; those that are not there hold nothing. */
export function contentsOf(folder: string): BackupContents {
  const file = (name: keyof typeof databases): string => join(folder, databases[name]);
  return {
    events: logIn(file('events')),
    views: existsSync(file('views')) ? checkpointsIn(file('views')) : {},
    jobs: existsSync(file('jobs')) ? jobsIn(file('jobs')) : 0,
  };
}

/** Paths of all files in a folder, with slashes, in order; none where it is not there. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
    .sort();
}

/** A file of a backup as the manifest has it, once it is on the disk. */
export async function described(
  folder: string,
  path: string,
  onRead: (bytes: number) => void,
): Promise<BackupFile> {
  const handle = await open(join(folder, path));
  try {
    await handle.sync();
    return { path, ...(await digest(join(folder, path), onRead)) };
  } finally {
    await handle.close();
  }
}

async function digest(file: string, onRead: (bytes: number) => void): Promise<Omit<BackupFile, 'path'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onRead((chunk as Buffer).length);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The manifest of a backup. Refused as `NO_BACKUP`, `BACKUP_DAMAGED` or `BACKUP_TOO_NEW`. */
export function manifestOf(folder: string): BackupManifest {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) {
    throw new Refusal(
      'NO_BACKUP',
      'The folder has no manifest.json: it is no backup, or one that was cut off.',
      'missing',
    );
  }
  const manifest = parsed(readFileSync(file, 'utf8'));
  if (!manifest) throw new Refusal('BACKUP_DAMAGED', 'The manifest cannot be read.');
  if (manifest.format === FORMAT) return manifest;
  throw new Refusal(
    'BACKUP_TOO_NEW',
    'The backup was made by another release, in a form that this one does not know.',
  );
}

function parsed(text: string): BackupManifest | undefined {
  try {
    const manifest = JSON.parse(text) as Partial<BackupManifest> | null;
    return Array.isArray(manifest?.files) ? (manifest as BackupManifest) : undefined;
  } catch {
    return undefined;
  }
}

export interface Verification {
  readonly manifest: BackupManifest;
  /** What is wrong with the backup, file by file; nothing where it is sound. */
  readonly problems: readonly string[];
}

/** Compare a backup with its manifest, and have SQLite look through its databases. Changes nothing. */
export async function verifyBackup(
  folder: string,
  onProgress: (bytes: number, total: number) => void = () => undefined,
): Promise<Verification> {
  const manifest = manifestOf(folder);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const present = new Set(await filesIn(folder));
  present.delete(MANIFEST);
  const problems: string[] = [];
  let read = 0;
  for (const { path, bytes, sha256 } of manifest.files) {
    // What a manifest names outside of the backup is not there either.
    if (!present.delete(path)) {
      problems.push(`${path} is missing`);
      continue;
    }
    const found = await digest(join(folder, path), (more) =>
      onProgress(Math.min(total, (read += more)), total),
    );
    if (found.bytes !== bytes || found.sha256 !== sha256) problems.push(`${path} is not as it was written`);
  }
  problems.push(...[...present].map((path) => `${path} is not in the manifest`));
  if (problems.length === 0) problems.push(...faultsOf(folder, manifest));
  return { manifest, problems };
}

/** What is wrong with the databases themselves. */
function faultsOf(folder: string, manifest: BackupManifest): string[] {
  const there = Object.values(databases).filter((name) => existsSync(join(folder, name)));
  if (!there.includes(databases.events)) return [`${databases.events} is missing`];
  const faults = there.flatMap((name) => faultsIn(join(folder, name)).map((fault) => `${name}: ${fault}`));
  if (faults.length > 0) return faults;
  const { events, views, jobs } = contentsOf(folder);
  const same = JSON.stringify({ events, views, jobs });
  if (same !== JSON.stringify({ events: manifest.events, views: manifest.views, jobs: manifest.jobs }))
    return ['the databases do not hold what the manifest says'];
  return Object.entries(views)
    .filter(([, position]) => position > events.head)
    .map(([view]) => `${view} is ahead of the log`);
}

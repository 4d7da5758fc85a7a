import { createHash, createHmac } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Position, Refusal } from '@waymark/core/kernel';
import {
  checkpointsIn,
  faultsIn,
  hiddenIn,
  jobsIn,
  type LogContents,
  logIn,
} from '@waymark/stores/sqlite/backup/contents';

export const MANIFEST = 'manifest.json';
/** Version of the manifest's format. */
export const FORMAT = 1;

/** File names of the SQLite databases, in a data folder and in a backup. */
export const databases = { events: 'events.sqlite', views: 'views.sqlite', jobs: 'jobs.sqlite' } as const;

export interface BackupFile {
  /** Path relative to the backup folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Contents of a backup's databases. */
export interface BackupContents {
  readonly events: LogContents;
  /** Checkpoint of each view, by the name of its row set (`caseload@1`). */
  readonly views: Readonly<Record<string, Position>>;
  readonly jobs: number;
}

/** Describes a backup. It is written last, once every other file is on the disk: a folder without it is not a backup. */
export interface BackupManifest extends BackupContents {
  readonly format: number;
  /** The moment that the log was copied at: UTC, milliseconds. */
  readonly createdAt: string;
  /** Versions of the software that made the backup. */
  readonly versions: { readonly waymark: string; readonly node: string; readonly sqlite: string };
  readonly keys: {
    /** Whether the backup contains the keys, and so must be protected as they are. */
    readonly included: boolean;
    /** Fingerprint of the hash key that belongs to the data. */
    readonly fingerprint?: string;
  };
  /** Absent in backups of earlier releases, which contain no seals. */
  readonly seals?: BackupSeals;
  readonly files: readonly BackupFile[];
}

export interface BackupSeals {
  /** False if the service keeps no seals on this machine. */
  readonly included: boolean;
  /** The public key of the seals, in PEM. Anybody who can change the backup can change it too, so keep your own. */
  readonly publicKey?: string;
}

/** Identify a key without revealing it: 32 hexadecimal digits. */
export const keyFingerprint = (key: Buffer): string =>
  createHmac('sha256', key).update('waymark backup').digest('hex').slice(0, 32);

/** Read what the databases in a folder contain. A missing views or jobs database counts as empty. */
export function databaseContents(folder: string): BackupContents {
  const file = (name: keyof typeof databases): string => join(folder, databases[name]);
  return {
    events: logIn(file('events')),
    views: existsSync(file('views')) ? checkpointsIn(file('views')) : {},
    jobs: existsSync(file('jobs')) ? jobsIn(file('jobs')) : 0,
  };
}

/** List the relative paths of all files in a folder, sorted, with forward slashes; empty if the folder does not exist. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
    .sort();
}

/** Flush a file of a backup to the disk, and describe it for the manifest. */
export async function describeFile(
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

/** Read the manifest of a backup. Throws `NO_BACKUP`, `BACKUP_DAMAGED` or `BACKUP_TOO_NEW`. */
export function readManifest(folder: string): BackupManifest {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) {
    throw new Refusal(
      'NO_BACKUP',
      'The folder has no manifest.json: it is not a backup, or the backup was interrupted. Name another folder.',
      'missing',
    );
  }
  const manifest = parseManifest(readFileSync(file, 'utf8'));
  if (!manifest)
    throw new Refusal(
      'BACKUP_DAMAGED',
      'The manifest.json of the backup cannot be read. Use another backup.',
    );
  if (manifest.format === FORMAT) return manifest;
  throw new Refusal(
    'BACKUP_TOO_NEW',
    'The backup was made by another release, in a format that this release does not know. Use that release.',
  );
}

function parseManifest(text: string): BackupManifest | undefined {
  try {
    const manifest = JSON.parse(text) as Partial<BackupManifest> | null;
    return Array.isArray(manifest?.files) ? (manifest as BackupManifest) : undefined;
  } catch {
    return undefined;
  }
}

export interface BackupVerification {
  readonly manifest: BackupManifest;
  /** What is wrong, one entry for each problem; empty if the backup is intact. */
  readonly problems: readonly string[];
}

/** Compare a backup with its manifest, and run SQLite's integrity checks on its databases. Changes nothing. */
export async function verifyBackup(
  folder: string,
  onProgress: (bytes: number, total: number) => void = () => undefined,
): Promise<BackupVerification> {
  const manifest = readManifest(folder);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const present = new Set(await listFiles(folder));
  present.delete(MANIFEST);
  const problems: string[] = [];
  let read = 0;
  for (const { path, bytes, sha256 } of manifest.files) {
    // Only files inside the backup are in `present`: a path that leads out of it counts as missing.
    if (!present.delete(path)) {
      problems.push(`${path} is missing`);
      continue;
    }
    const found = await digest(join(folder, path), (more) =>
      onProgress(Math.min(total, (read += more)), total),
    );
    if (found.bytes !== bytes || found.sha256 !== sha256)
      problems.push(`${path} has changed since the backup`);
  }
  problems.push(...[...present].map((path) => `${path} is not in the manifest`));
  if (problems.length === 0) problems.push(...databaseProblems(folder, manifest));
  return { manifest, problems };
}

/** Problems within the databases: corruption, or contents that differ from the manifest. */
function databaseProblems(folder: string, manifest: BackupManifest): string[] {
  const present = Object.values(databases).filter((name) => existsSync(join(folder, name)));
  if (!present.includes(databases.events)) return [`${databases.events} is missing`];
  const faults = present.flatMap((name) => faultsIn(join(folder, name)).map((fault) => `${name}: ${fault}`));
  if (faults.length > 0) return faults;
  const [hidden] = hiddenIn(join(folder, databases.events));
  if (hidden)
    return [`${databases.events}: an event at position ${String(hidden.position)} lies outside the log`];
  const { events, views, jobs } = databaseContents(folder);
  const same = JSON.stringify({ events, views, jobs });
  if (same !== JSON.stringify({ events: manifest.events, views: manifest.views, jobs: manifest.jobs }))
    return ['the contents of the databases differ from the manifest'];
  return Object.entries(views)
    .filter(([, position]) => position > events.head)
    .map(([view]) => `${view} is ahead of the log`);
}

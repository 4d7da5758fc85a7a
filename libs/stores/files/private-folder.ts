import { chmodSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@waymark/core/kernel';

/** Modes of folders and files that only their owner may use. */
const FOLDER = 0o700;
const FILE = 0o600;
/** The rights of the group and of others. */
const OTHERS = 0o077;

/**
 * Take the rights of the group and of others away from a folder and everything in it. Symbolic links inside it are not
 * followed. Returns the number of files and folders whose mode was wider. Throws `FOLDER_NOT_OWNED`, before it changes
 * anything, if one of them belongs to another user.
 */
export function makePrivate(folder: string): number {
  const entries = [{ path: folder, stats: statSync(folder) }, ...within(folder)];
  const own = process.geteuid?.();
  if (own !== undefined && entries.some(({ stats }) => stats.uid !== own)) {
    throw new Refusal(
      'FOLDER_NOT_OWNED',
      'The folder, or a file in it, belongs to another user of this machine. Run the program as that user, or name a folder of your own.',
    );
  }
  const wide = entries.filter(({ stats }) => (stats.mode & OTHERS) !== 0);
  for (const { path, stats } of wide) ifThere(() => chmodSync(path, stats.isDirectory() ? FOLDER : FILE));
  return wide.length;
}

interface Entry {
  readonly path: string;
  readonly stats: Stats;
}

function within(folder: string): Entry[] {
  return (ifThere(() => readdirSync(folder)) ?? []).flatMap((name): Entry[] => {
    const path = join(folder, name);
    const stats = ifThere(() => lstatSync(path));
    if (!stats || stats.isSymbolicLink()) return [];
    return [{ path, stats }, ...(stats.isDirectory() ? within(path) : [])];
  });
}

/** The result of work on a file; undefined if another process has deleted the file meanwhile. */
function ifThere<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

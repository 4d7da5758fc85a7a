import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '@waymark/core/kernel';
import { hasExited, type Member, MEMBERS } from '@waymark/core/projections';
import { documentsIn } from '@waymark/stores/sqlite/backup/contents';
import { type ExclusiveLock, lockFile } from '@waymark/stores/sqlite/backup/exclusive-lock';
import { databases } from './backup-manifest';

/** How long to wait for a heartbeat, in milliseconds. A live process has one every second. */
const HEARTBEAT_WAIT_MS = 3_500;

/** Throw `DATA_IN_USE` if a live process is registered as a member of the views in a data folder. */
export async function refuseIfMembersAlive(data: string): Promise<void> {
  const alive = membersIn(data).filter((member) => !hasExited(member));
  if (alive.length === 0) return;
  // The process may run on another machine, or its id may have been reused: only a new heartbeat proves that it is alive.
  await pause(HEARTBEAT_WAIT_MS);
  const moved = membersIn(data).find((member) =>
    alive.some(({ host, pid, beat }) => host === member.host && pid === member.pid && beat !== member.beat),
  );
  if (moved) throw inUse(`process ${moved.host}/${String(moved.pid)}`);
}

function membersIn(data: string): readonly Member[] {
  const file = join(data, databases.views);
  try {
    return existsSync(file) ? (documentsIn(file, MEMBERS) as readonly Member[]) : [];
  } catch {
    return []; // A damaged database has no members.
  }
}

/**
 * Lock the databases of a folder exclusively. Throws `DATA_IN_USE` if a process has one of them open: SQLite's locks also
 * reveal services that only serve and are not registered as members. Databases that cannot be read are skipped.
 */
export function lockDatabases(data: string): readonly ExclusiveLock[] {
  const holds: ExclusiveLock[] = [];
  try {
    for (const name of Object.values(databases)) {
      const lock = existsSync(join(data, name)) ? lockIfReadable(join(data, name)) : 'broken';
      if (!lock) throw inUse(`a process that has ${name} open`);
      if (lock !== 'broken') holds.push(lock);
    }
    return holds;
  } catch (error) {
    releaseLocks(holds);
    throw error;
  }
}

function lockIfReadable(file: string): ExclusiveLock | 'broken' | undefined {
  try {
    return lockFile(file);
  } catch {
    return 'broken';
  }
}

export const releaseLocks = (holds: readonly ExclusiveLock[]): void => {
  for (const lock of holds) lock.release();
};

const inUse = (by: string): Refusal =>
  new Refusal(
    'DATA_IN_USE',
    `The data folder is in use by ${by}. Stop all services that use it, and try again.`,
  );

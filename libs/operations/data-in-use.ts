import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '@waymark/core/kernel';
import { isGone, type Member, MEMBERS } from '@waymark/core/projections';
import { documentsIn } from '@waymark/stores/sqlite/backup/contents';
import { type Hold, hold } from '@waymark/stores/sqlite/backup/hold';
import { databases } from './backup-manifest';

/** Longer than those who are alive stand still, in milliseconds. */
const PATIENCE = 3_500;

/** Refuse, as `DATA_IN_USE`, where a process says that it keeps the views in a data folder up. */
export async function refuseMembers(data: string): Promise<void> {
  const alive = membersIn(data).filter((member) => !isGone(member));
  if (alive.length === 0) return;
  // A process of another machine, or one that has the number of a dead one: it lives if it moves.
  await pause(PATIENCE);
  const moved = membersIn(data).find((member) =>
    alive.some(({ host, pid, beat }) => host === member.host && pid === member.pid && beat !== member.beat),
  );
  if (moved) throw inUse(`the process ${moved.host}/${String(moved.pid)}`);
}

function membersIn(data: string): readonly Member[] {
  const file = join(data, databases.views);
  try {
    return existsSync(file) ? (documentsIn(file, MEMBERS) as readonly Member[]) : [];
  } catch {
    return []; // Who works with views that cannot be read?
  }
}

/**
 * Keep everybody from the databases of a folder; refused as `DATA_IN_USE` where somebody has one of them open. A service that
 * keeps no views up says so nowhere, but SQLite's locks show it. What cannot be read at all is nobody's.
 */
export function holdAll(data: string): readonly Hold[] {
  const holds: Hold[] = [];
  try {
    for (const name of Object.values(databases)) {
      const held = existsSync(join(data, name)) ? holdIfSound(join(data, name)) : 'broken';
      if (!held) throw inUse(`a process that has ${name} open`);
      if (held !== 'broken') holds.push(held);
    }
    return holds;
  } catch (error) {
    letGo(holds);
    throw error;
  }
}

function holdIfSound(file: string): Hold | 'broken' | undefined {
  try {
    return hold(file);
  } catch {
    return 'broken';
  }
}

export const letGo = (holds: readonly Hold[]): void => {
  for (const held of holds) held.letGo();
};

const inUse = (by: string): Refusal =>
  new Refusal('DATA_IN_USE', `The data folder is in use by ${by}. Stop all services on it first.`);

import { setTimeout as pause } from 'node:timers/promises';
import type { ControlStore } from '@waymark/core/kernel';
import { hasExited, type Member, MEMBERS, type Owner, OWNERS } from './owners';

/** A process that projects views. */
export type Process = Pick<Member, 'host' | 'pid'>;

/** Longer than the interval between heartbeats, in milliseconds. */
const HEARTBEAT_TIMEOUT = 3_000;
const POLL = 100;

/** The owning process of each row set, by row set name. */
export async function ownersOf(control: ControlStore): Promise<ReadonlyMap<string, Process>> {
  const members = await membersIn(control);
  return new Map(
    (await control.list(OWNERS)).flatMap(({ id, doc }) => {
      const owner = members.get((doc as Owner).member ?? '');
      return owner ? [[id.slice(OWNERS.length), { host: owner.host, pid: owner.pid }] as const] : [];
    }),
  );
}

/**
 * Whether a worker process, not counting command lines, is running: one whose heartbeat advances within three
 * seconds.
 */
export async function hasRunningWorker(control: ControlStore): Promise<boolean> {
  const before = await workersIn(control);
  if (before.size === 0) return false;
  for (const deadline = performance.now() + HEARTBEAT_TIMEOUT; performance.now() < deadline;) {
    await pause(POLL);
    for (const [name, { beat }] of await workersIn(control)) {
      if (before.get(name)?.beat !== beat) return true;
    }
  }
  return false;
}

async function workersIn(control: ControlStore): Promise<ReadonlyMap<string, Member>> {
  const members = [...(await membersIn(control))];
  return new Map(members.filter(([, { standby }]) => !standby));
}

/** Members that appear to be running. One that was killed on another machine may be included for a while. */
async function membersIn(control: ControlStore): Promise<ReadonlyMap<string, Member>> {
  const documents = await control.list(MEMBERS);
  const members = documents.map(({ id, doc }) => [id.slice(MEMBERS.length), doc as Member] as const);
  return new Map(members.filter(([, member]) => !hasExited(member)));
}

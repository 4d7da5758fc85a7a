import { setTimeout as pause } from 'node:timers/promises';
import type { ControlStore } from '@waymark/core/kernel';
import { isGone, type Member, MEMBERS, type Owner, OWNERS } from './owners';

/** A process that keeps views up. */
export type Process = Pick<Member, 'host' | 'pid'>;

/** Longer than those that work stand still, in milliseconds. */
const PATIENCE = 3_000;
const POLL = 100;

/** Which process owns what, by the names of the rows. */
export async function ownersOf(control: ControlStore): Promise<ReadonlyMap<string, Process>> {
  const members = await membersIn(control);
  return new Map(
    (await control.list(OWNERS)).flatMap(({ id, doc }) => {
      const owner = members.get((doc as Owner).member ?? '');
      return owner ? [[id.slice(OWNERS.length), { host: owner.host, pid: owner.pid }] as const] : [];
    }),
  );
}

/** Whether a process works here that is meant to, command lines not counted: one that moves within three seconds. */
export async function someoneWorks(control: ControlStore): Promise<boolean> {
  const before = await workersIn(control);
  if (before.size === 0) return false;
  for (const deadline = performance.now() + PATIENCE; performance.now() < deadline;) {
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

/** Those that are there by all appearances: one that was killed on another machine may be among them for a while. */
async function membersIn(control: ControlStore): Promise<ReadonlyMap<string, Member>> {
  const documents = await control.list(MEMBERS);
  const members = documents.map(({ id, doc }) => [id.slice(MEMBERS.length), doc as Member] as const);
  return new Map(members.filter(([, member]) => !isGone(member)));
}

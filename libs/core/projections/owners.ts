import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlDocument, ControlMoved, type ControlStore, type Epoch } from '@waymark/core/kernel';

/** A process that projects, as the others see it. */
export interface Member {
  /** Goes up with each look around: who stands still is dead. */
  readonly beat: number;
  readonly host: string;
  readonly pid: number;
  /** What its pid is a number in: containers of one machine may each count for themselves. */
  readonly pids: string;
  /** Takes only what nobody else would: a command line, for as long as it runs. */
  readonly standby: boolean;
}

/** Who owns some rows, and how many have before. */
export interface Owner {
  readonly member: string | null;
  readonly epoch: Epoch;
}

export interface OwnersOptions {
  readonly control: ControlStore;
  /** Name of this process among those that project. */
  readonly member: string;
  readonly standby: boolean;
  /** What there is to own, by name. */
  readonly wanted: () => Promise<readonly string[]>;
  /**
   * Told what this process owns from now on, with the epoch of each. What is no longer among it is let go of once this
   * resolves.
   */
  readonly onOwned: (owned: ReadonlyMap<string, Epoch>) => Promise<void>;
  /** Told of a look around that failed; there will be another. */
  readonly onFailed?: (error: unknown) => void;
  /** Milliseconds between looks around. */
  readonly every?: number;
  /** Milliseconds after which who stands still is dead. */
  readonly patience?: number;
}

/** What the documents of processes that keep views up are called. */
export const MEMBERS = 'member/';
/** What the documents that say who owns some rows are called. */
export const OWNERS = 'owner/';
const HOST = hostname();
const PIDS = pidNamespace();
/** How often to look whether others have let go, in milliseconds. */
const POLL = 20;

/**
 * Divides what there is to own among the processes that are alive: one owner for each name, the same in every process's
 * eyes. Who dies is replaced after `patience`, and at once where its process is known to be gone. Clocks need not agree:
 * each process goes by how long it has seen another stand still. An owner that is merely slow may think itself the owner
 * for a moment longer; its epoch is lower by then, and its writes fail.
 */
export class Owners {
  private readonly owned = new Map<string, Epoch>();
  private readonly seen = new Map<string, { beat: number; at: number }>();
  private beat = 0;
  private revision: number | 'none' = 'none';
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: OwnersOptions) {}

  /** Take part, and own what falls to this process. */
  async start(): Promise<void> {
    await this.look();
    const { every = 1_000 } = this.options;
    this.timer = setInterval(() => void this.look(), every).unref();
  }

  /** Look around now: what there is to own may have changed. One look that is under way may have missed it. */
  look(): Promise<void> {
    if (this.looking) return (this.next ??= this.looking.then(() => this.lookNow()));
    return this.lookNow();
  }

  /** Let go of everything, so that others need not wait to take it. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    await this.looking;
    const names = [...this.owned.keys()];
    this.owned.clear();
    await this.unlessFailed(() => this.options.onOwned(this.owned));
    for (const name of names) await this.unlessFailed(() => this.letGo(name));
    if (this.revision !== 'none') await this.unlessFailed(() => this.leave());
  }

  /** This process no longer owns it, as another's write has shown. */
  lost(name: string): void {
    this.owned.delete(name);
  }

  private async lookNow(): Promise<void> {
    this.next = undefined;
    if (this.stopped) return;
    this.looking ??= this.lookAround()
      .catch((error: unknown) => this.options.onFailed?.(error))
      .finally(() => (this.looking = undefined));
    await this.looking;
  }

  private async lookAround(): Promise<void> {
    const { control, member, standby, wanted, onOwned } = this.options;
    await this.show({ beat: (this.beat += 1), host: HOST, pid: process.pid, pids: PIDS, standby });
    const alive = await this.alive(await control.list(MEMBERS));
    const names = await wanted();
    const owners = new Map((await control.list(OWNERS)).map((each) => [each.id.slice(OWNERS.length), each]));
    const mine = new Map<string, Epoch>();
    for (const name of names) {
      if (chosen(name, alive) !== member) continue;
      const epoch = await this.take(name, owners.get(name), alive);
      if (epoch !== undefined) mine.set(name, epoch);
    }
    this.owned.clear();
    for (const [name, epoch] of mine) this.owned.set(name, epoch);
    await onOwned(this.owned);
    // By what the documents say and not by what was owned: an earlier look may have failed before it let go.
    for (const [name, { doc }] of owners) {
      if ((doc as Owner).member === member && !mine.has(name))
        await this.unlessFailed(() => this.letGo(name));
    }
  }

  /** The epoch under which this process owns something; undefined as long as another that is alive does. */
  private async take(
    name: string,
    document: ControlDocument | undefined,
    alive: ReadonlyMap<string, Member>,
  ): Promise<Epoch | undefined> {
    const { control, member } = this.options;
    const owner = document?.doc as Owner | undefined;
    if (owner?.member === member && this.owned.get(name) === owner.epoch) return owner.epoch;
    if (owner && owner.member !== null && owner.member !== member && alive.has(owner.member))
      return undefined;
    const epoch = (owner?.epoch ?? 0) + 1;
    try {
      await control.put(OWNERS + name, document?.revision ?? 'none', { member, epoch } satisfies Owner);
      return epoch;
    } catch (error) {
      if (error instanceof ControlMoved) return undefined;
      throw error;
    }
  }

  private async letGo(name: string): Promise<void> {
    const { control, member } = this.options;
    const document = await control.get(OWNERS + name);
    const owner = document?.doc as Owner | undefined;
    if (!document || owner?.member !== member) return;
    await control.put(OWNERS + name, document.revision, { ...owner, member: null });
  }

  private async show(me: Member): Promise<void> {
    const { control, member } = this.options;
    try {
      this.revision = await control.put(MEMBERS + member, this.revision, me);
    } catch (error) {
      if (!(error instanceof ControlMoved)) throw error;
      // Taken for dead by another, which has removed it.
      const known = await control.get(MEMBERS + member);
      this.revision = await control.put(MEMBERS + member, known?.revision ?? 'none', me);
    }
  }

  /** Who is alive; those that have been dead for long are forgotten. */
  private async alive(documents: readonly ControlDocument[]): Promise<ReadonlyMap<string, Member>> {
    const { patience = 3_000, member: self } = this.options;
    const now = performance.now();
    const alive = new Map<string, Member>();
    for (const { id, revision, doc } of documents) {
      const [name, member] = [id.slice(MEMBERS.length), doc as Member];
      const before = this.seen.get(name);
      if (before?.beat !== member.beat) this.seen.set(name, { beat: member.beat, at: now });
      const still = now - this.seen.get(name)!.at;
      if (name === self || (still < patience && !isGone(member))) alive.set(name, member);
      else if (still > 10 * patience)
        await this.unlessFailed(() => this.options.control.remove(id, revision));
    }
    return alive;
  }

  private async leave(): Promise<void> {
    const known = await this.options.control.get(MEMBERS + this.options.member);
    if (known) await this.options.control.remove(known.id, known.revision);
  }

  /** For what is of no great consequence: others find out for themselves. */
  private async unlessFailed(work: () => Promise<unknown>): Promise<void> {
    await unlessMoved(work).catch((error: unknown) => {
      this.options.onFailed?.(error);
    });
  }
}

/** Own some rows from now on, whoever did before: for rows that are not among those divided. Returns the epoch. */
export async function takeOver(control: ControlStore, name: string): Promise<Epoch> {
  for (;;) {
    const document = await control.get(OWNERS + name);
    const epoch = ((document?.doc as Owner | undefined)?.epoch ?? 0) + 1;
    try {
      await control.put(OWNERS + name, document?.revision ?? 'none', { member: null, epoch } satisfies Owner);
      return epoch;
    } catch (error) {
      if (!(error instanceof ControlMoved)) throw error;
    }
  }
}

/** The epoch of whoever owns some rows now, or did last; 0 where nobody ever has. */
export async function ownerEpoch(control: ControlStore, name: string): Promise<Epoch> {
  return ((await control.get(OWNERS + name))?.doc as Owner | undefined)?.epoch ?? 0;
}

/** Until nobody who is there owns some rows, or `ms` have passed: then whoever does is dead, or has no time for it. */
export async function letGoOf(control: ControlStore, name: string, ms: number): Promise<void> {
  for (const deadline = performance.now() + ms; performance.now() < deadline;) {
    const member = ((await control.get(OWNERS + name))?.doc as Owner | undefined)?.member;
    const owner = typeof member === 'string' ? await control.get(MEMBERS + member) : undefined;
    if (!owner || isGone(owner.doc as Member)) return;
    await pause(POLL);
  }
}

/** Forget who owned some rows: there are none any more. */
export async function disown(control: ControlStore, name: string): Promise<void> {
  const document = await control.get(OWNERS + name);
  if (document) await unlessMoved(() => control.remove(document.id, document.revision));
}

/** Who is to own something: by rendezvous hashing, so that a process that comes or goes moves little. */
function chosen(name: string, alive: ReadonlyMap<string, Member>): string | undefined {
  const workers = [...alive].filter(([, { standby }]) => !standby);
  const candidates = (workers.length > 0 ? workers : [...alive]).map(([member]) => member);
  return candidates.map((member) => [weight(name, member), member] as const).sort(byWeight)[0]?.[1];
}

const weight = (name: string, member: string): string =>
  createHash('sha256').update(`${name}\u001f${member}`).digest('hex');

const byWeight = ([one]: readonly [string, string], [other]: readonly [string, string]): number =>
  one < other ? -1 : 1;

/** A process of this machine that is no longer there. */
export function isGone({ host, pid, pids }: Member): boolean {
  if (host !== HOST || pids !== PIDS) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // not Linux: there is but one
  }
}

/** What somebody else has changed or forgotten meanwhile is theirs. */
async function unlessMoved(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ControlMoved)) throw error;
  }
}

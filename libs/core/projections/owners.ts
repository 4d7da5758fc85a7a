import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlDocument, ControlMoved, type ControlStore, type Epoch } from '@waymark/core/kernel';

/** A process, as recorded for other processes. */
export interface ProcessId {
  readonly host: string;
  readonly pid: number;
  /** Id of the PID namespace: containers on one machine may each have their own. */
  readonly pids: string;
}

/** A process that projects. */
export interface Member extends ProcessId {
  /** Heartbeat counter, incremented in each round. A member whose counter stops is considered dead. */
  readonly beat: number;
  /** Owns rows only if no other member is running: a command line, while it runs. */
  readonly standby: boolean;
}

/** The owner of a row set, and the number of ownership changes. */
export interface Owner {
  readonly member: string | null;
  readonly epoch: Epoch;
}

export interface OwnersOptions {
  readonly control: ControlStore;
  /** The id of this process as a member. */
  readonly member: string;
  readonly standby: boolean;
  /** Names of the row sets that need an owner. */
  readonly wanted: () => Promise<readonly string[]>;
  /**
   * Called with what this process owns from now on, with epochs. Ownership of everything else is released after
   * this resolves.
   */
  readonly onOwned: (owned: ReadonlyMap<string, Epoch>) => Promise<void>;
  /** Called when a round failed; another round follows. */
  readonly onFailed?: (error: unknown) => void;
  /** Milliseconds between rounds. */
  readonly interval?: number;
  /** Milliseconds without a heartbeat after which a member is considered dead. */
  readonly timeout?: number;
}

/** Id prefix of the members' documents in the control store. */
export const MEMBERS = 'member/';
/** Id prefix of the owners' documents in the control store. */
export const OWNERS = 'owner/';
export const thisProcess: ProcessId = { host: hostname(), pid: process.pid, pids: pidNamespace() };
/** How often to check whether another process has released rows, in milliseconds. */
const POLL = 20;

/**
 * Assigns row sets to the running processes: one owner per row set, computed identically by every process. A
 * dead member is replaced after `timeout`, or immediately if its process is known to have exited. Clocks need
 * not agree: each process measures how long it has seen another's heartbeat unchanged. A slow owner may for a
 * moment still consider itself the owner; its epoch is then too low, and its writes fail.
 */
export class Owners {
  private readonly owned = new Map<string, Epoch>();
  private readonly heartbeats = new Map<string, { beat: number; at: number }>();
  private heartbeat = 0;
  private revision: number | 'none' = 'none';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: OwnersOptions) {}

  /** Join the members, and take ownership of this process's share. */
  async start(): Promise<void> {
    await this.runRound();
    const { interval = 1_000 } = this.options;
    this.timer = setInterval(() => void this.runRound(), interval).unref();
  }

  /**
   * Run a round now, because the row sets may have changed. If a round is in progress, another one follows it.
   */
  runRound(): Promise<void> {
    if (this.running) return (this.next ??= this.running.then(() => this.startRound()));
    return this.startRound();
  }

  /** Release everything, so that others can take over without waiting. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    await this.running;
    const names = [...this.owned.keys()];
    this.owned.clear();
    await this.reportFailure(() => this.options.onOwned(this.owned));
    for (const name of names) await this.reportFailure(() => this.release(name));
    if (this.revision !== 'none') await this.reportFailure(() => this.leave());
  }

  /** Another process has taken over a row set, as a fenced write showed. */
  lost(name: string): void {
    this.owned.delete(name);
  }

  private async startRound(): Promise<void> {
    this.next = undefined;
    if (this.stopped) return;
    this.running ??= this.round()
      .catch((error: unknown) => this.options.onFailed?.(error))
      .finally(() => (this.running = undefined));
    await this.running;
  }

  private async round(): Promise<void> {
    const { control, member, standby, wanted, onOwned } = this.options;
    await this.sendHeartbeat({
      beat: (this.heartbeat += 1),
      ...thisProcess,
      standby,
    });
    const alive = await this.alive(await control.list(MEMBERS));
    const names = await wanted();
    const owners = new Map((await control.list(OWNERS)).map((each) => [each.id.slice(OWNERS.length), each]));
    const owned = new Map<string, Epoch>();
    for (const name of names) {
      if (ownerFor(name, alive) !== member) continue;
      const epoch = await this.take(name, owners.get(name), alive);
      if (epoch !== undefined) owned.set(name, epoch);
    }
    this.owned.clear();
    for (const [name, epoch] of owned) this.owned.set(name, epoch);
    await onOwned(this.owned);
    // Based on the documents, not on the previous state: an earlier round may have failed before it released a
    // row set.
    for (const [name, { doc }] of owners) {
      if ((doc as Owner).member === member && !owned.has(name))
        await this.reportFailure(() => this.release(name));
    }
  }

  /** The epoch under which this process owns a row set; undefined while another running process owns it. */
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

  private async release(name: string): Promise<void> {
    const { control, member } = this.options;
    const document = await control.get(OWNERS + name);
    const owner = document?.doc as Owner | undefined;
    if (!document || owner?.member !== member) return;
    await control.put(OWNERS + name, document.revision, { ...owner, member: null });
  }

  private async sendHeartbeat(me: Member): Promise<void> {
    const { control, member } = this.options;
    try {
      this.revision = await control.put(MEMBERS + member, this.revision, me);
    } catch (error) {
      if (!(error instanceof ControlMoved)) throw error;
      // Another process considered this one dead and removed its document.
      const known = await control.get(MEMBERS + member);
      this.revision = await control.put(MEMBERS + member, known?.revision ?? 'none', me);
    }
  }

  /** The running members. Members that have been dead for a long time are removed. */
  private async alive(documents: readonly ControlDocument[]): Promise<ReadonlyMap<string, Member>> {
    const { timeout = 3_000, member: self } = this.options;
    const now = performance.now();
    const alive = new Map<string, Member>();
    for (const { id, revision, doc } of documents) {
      const [name, member] = [id.slice(MEMBERS.length), doc as Member];
      const before = this.heartbeats.get(name);
      if (before?.beat !== member.beat) this.heartbeats.set(name, { beat: member.beat, at: now });
      const unchangedFor = now - this.heartbeats.get(name)!.at;
      if (name === self || (unchangedFor < timeout && !hasExited(member))) alive.set(name, member);
      else if (unchangedFor > 10 * timeout)
        await this.reportFailure(() => this.options.control.remove(id, revision));
    }
    return alive;
  }

  private async leave(): Promise<void> {
    const known = await this.options.control.get(MEMBERS + this.options.member);
    if (known) await this.options.control.remove(known.id, known.revision);
  }

  /** Run work whose failure does no harm: other processes detect the state by themselves. */
  private async reportFailure(work: () => Promise<unknown>): Promise<void> {
    await ignoreMoved(work).catch((error: unknown) => {
      this.options.onFailed?.(error);
    });
  }
}

/** Take ownership of a row set that is not assigned to members, regardless of its owner. Returns the epoch. */
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

/** The epoch of the current or last owner of a row set; 0 if it never had one. */
export async function ownerEpoch(control: ControlStore, name: string): Promise<Epoch> {
  return ((await control.get(OWNERS + name))?.doc as Owner | undefined)?.epoch ?? 0;
}

/**
 * Wait until no running process owns a row set, at most `ms`. After that the owner is considered dead or
 * unresponsive.
 */
export async function waitForRelease(control: ControlStore, name: string, ms: number): Promise<void> {
  for (const deadline = performance.now() + ms; performance.now() < deadline;) {
    const member = ((await control.get(OWNERS + name))?.doc as Owner | undefined)?.member;
    const owner = typeof member === 'string' ? await control.get(MEMBERS + member) : undefined;
    if (!owner || hasExited(owner.doc as Member)) return;
    await pause(POLL);
  }
}

/** Delete the ownership document of a row set that no longer exists. */
export async function removeOwner(control: ControlStore, name: string): Promise<void> {
  const document = await control.get(OWNERS + name);
  if (document) await ignoreMoved(() => control.remove(document.id, document.revision));
}

/**
 * The member that should own a row set, by rendezvous hashing: a member that joins or leaves changes few
 * owners.
 */
function ownerFor(name: string, alive: ReadonlyMap<string, Member>): string | undefined {
  const workers = [...alive].filter(([, { standby }]) => !standby);
  const candidates = (workers.length > 0 ? workers : [...alive]).map(([member]) => member);
  return candidates.map((member) => [weight(name, member), member] as const).sort(byWeight)[0]?.[1];
}

const weight = (name: string, member: string): string =>
  createHash('sha256').update(`${name}\u001f${member}`).digest('hex');

const byWeight = ([one]: readonly [string, string], [other]: readonly [string, string]): number =>
  one < other ? -1 : 1;

/** Whether a process ran on this machine and has exited. */
export function hasExited({ host, pid, pids }: ProcessId): boolean {
  if (host !== thisProcess.host || pids !== thisProcess.pids) return false;
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
    return ''; // not Linux: no PID namespaces
  }
}

/** Ignore a concurrent change or deletion: the other process's write wins. */
async function ignoreMoved(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ControlMoved)) throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlMoved, type ControlStore, RetryableRefusal } from '@waymark/core/kernel';
import { hasExited, type ProcessId, thisProcess } from '@waymark/core/projections';

/** Id of the control document that holds the queue. */
export const DRY_RUN_QUEUE = 'turn/dry-run';

export interface DryRunLimits {
  /** Dry runs that run at a time, on all processes. */
  readonly atOnce: number;
  /** Dry runs that wait for their turn. */
  readonly waiting: number;
}

export const defaultDryRuns: DryRunLimits = { atOnce: 1, waiting: 4 };

/** A dry run that runs or waits. */
interface Entry extends ProcessId {
  readonly id: string;
  /** Heartbeat counter. A dry run whose counter stops is considered dead. */
  readonly beat: number;
}

interface Queue {
  /** In order of arrival. The first ones run. */
  readonly entries: readonly Entry[];
}

export interface DryRunQueueOptions extends Partial<DryRunLimits> {
  readonly control: ControlStore;
  /** Milliseconds between heartbeats, and between checks of the queue. */
  readonly interval?: number;
  /** Milliseconds without a heartbeat after which a dry run is considered dead. */
  readonly timeout?: number;
}

/** Seconds after which a refused client should ask again. */
const RETRY_SECONDS = 30;

/**
 * Lets few dry runs run at a time on all processes, because each copies the log and the keys. The others wait in order of
 * arrival. A dry run whose process was killed leaves the queue: at once if the process ran on this machine, otherwise when
 * its heartbeats stay away.
 */
export class DryRunQueue {
  private readonly options: Required<DryRunQueueOptions>;
  /** The last heartbeat of each dry run that this process has seen, and when it first saw it. */
  private seen = new Map<string, { readonly beat: number; readonly since: number }>();

  constructor(options: DryRunQueueOptions) {
    this.options = { ...defaultDryRuns, interval: 1_000, timeout: 10_000, ...options };
  }

  /** Throws `DRY_RUNS_BUSY` if the queue is full now, for callers that would prepare a dry run in vain. */
  async refuseIfFull(): Promise<void> {
    this.demandPlace(this.alive((await this.read()).entries));
  }

  /**
   * Run work when it is its turn. Throws `DRY_RUNS_BUSY` if the queue is full, and the signal's reason if it is aborted
   * meanwhile. The signal that the work gets is also aborted if another process wrongly considered it dead.
   */
  async run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const id = randomUUID();
    const isOwn = (entry: Entry): boolean => entry.id === id;
    await this.change((entries) => {
      this.demandPlace(entries);
      return [...entries, { ...thisProcess, id, beat: 0 }];
    });
    const lost = new AbortController();
    const going = AbortSignal.any([signal, lost.signal]);
    const beat = async (): Promise<void> => {
      const entries = await this.change((all) =>
        all.map((entry) => (isOwn(entry) ? { ...entry, beat: entry.beat + 1 } : entry)),
      );
      if (!entries.some(isOwn)) lost.abort(new Error('another process considered this dry run dead'));
    };
    let written = Promise.resolve();
    // A failed heartbeat is followed by another.
    const beats = setInterval(() => {
      written = written.then(beat).catch(() => undefined);
    }, this.options.interval).unref();
    try {
      await this.turn(isOwn, going);
      return await work(going);
    } finally {
      clearInterval(beats);
      await written;
      // If this fails, the heartbeats stay away.
      await this.change((all) => all.filter((entry) => !isOwn(entry))).catch(() => undefined);
    }
  }

  /** Wait until an entry is among those that run. */
  private async turn(isOwn: (entry: Entry) => boolean, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const place = this.alive((await this.read()).entries).findIndex(isOwn);
      if (place !== -1 && place < this.options.atOnce) return;
      // The abort reason is thrown at the start of the loop.
      await pause(this.options.interval, undefined, { signal }).catch(() => undefined);
    }
  }

  private demandPlace(entries: readonly Entry[]): void {
    const { atOnce, waiting } = this.options;
    if (entries.length >= atOnce + waiting)
      throw new RetryableRefusal(
        'DRY_RUNS_BUSY',
        'Other dry runs are running, and as many as are allowed are waiting. Wait for the number of seconds in Retry-After.',
        'unavailable',
        RETRY_SECONDS,
      );
  }

  /** The entries without those of dead processes. */
  private alive(entries: readonly Entry[]): Entry[] {
    const now = performance.now();
    const before = this.seen;
    this.seen = new Map(
      entries.map(({ id, beat }) => {
        const known = before.get(id);
        return [id, known?.beat === beat ? known : { beat, since: now }];
      }),
    );
    return entries.filter(
      (entry) => !hasExited(entry) && now - this.seen.get(entry.id)!.since < this.options.timeout,
    );
  }

  private async read(): Promise<Queue & { readonly revision: number | 'none' }> {
    const document = await this.options.control.get(DRY_RUN_QUEUE);
    return { entries: [], ...(document?.doc as Queue | undefined), revision: document?.revision ?? 'none' };
  }

  /** An empty queue has no document. */
  private async write(revision: number | 'none', entries: readonly Entry[]): Promise<void> {
    const { control } = this.options;
    if (entries.length > 0) await control.put(DRY_RUN_QUEUE, revision, { entries } satisfies Queue);
    else if (revision !== 'none') await control.remove(DRY_RUN_QUEUE, revision);
  }

  /** Change the entries, without those of dead processes. Returns the new ones. */
  private async change(work: (entries: readonly Entry[]) => readonly Entry[]): Promise<readonly Entry[]> {
    for (;;) {
      const { entries, revision } = await this.read();
      const changed = work(this.alive(entries));
      try {
        await this.write(revision, changed);
        return changed;
      } catch (error) {
        if (!(error instanceof ControlMoved)) throw error;
      }
    }
  }
}

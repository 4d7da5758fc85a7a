import { setImmediate as nextTurn } from 'node:timers/promises';
import { CheckpointMoved, type EventStore, type Position, type RowStore, type View } from '@waymark/kernel';
import { Batch, Unfoldable, type Projection } from './batch';

/** Where a view stands. */
export interface ViewState {
  readonly view: string;
  readonly version: number;
  readonly position: Position;
  /** Why it stopped, where it did. */
  readonly stopped?: string;
}

interface Waiter {
  readonly views: readonly string[];
  readonly position: Position;
  readonly resolve: () => void;
}

export interface ProjectorOptions {
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly views: readonly View[];
  /** Every event type that this version knows: an unknown one stops a view instead of being skipped. */
  readonly known: ReadonlySet<string>;
  /** Events read at once. */
  readonly page?: number;
  /** Events folded in memory before rows are written. */
  readonly window?: number;
  /** Told of a view that stopped. */
  readonly onStopped?: (view: string, reason: string) => void;
  /** Told of what failed for no reason of a view's, such as a log that cannot be read; it is tried again. */
  readonly onFailed?: (error: unknown) => void;
}

/** Rows of a view that may be in memory before they are written. */
const ROWS_AT_ONCE = 4_000;
/** How long to gather events before projecting them, in milliseconds: the most that it adds to reading one's own writes. */
const LINGER = 5;
/** How often to look at a view that another process projects, in milliseconds. */
const POLL = 50;
/** How long to wait before trying again what failed, in milliseconds. */
const RETRY = 1_000;

/**
 * Folds the log into views: one reading for all of them, each with its own checkpoint. Several processes may
 * project the same views; a batch counts only if the checkpoint is where its projector believed it to be.
 */
export class Projector {
  private readonly projections: readonly Projection[];
  private readonly waiters = new Set<Waiter>();
  private running: Promise<void> | undefined;
  private again = false;
  private unsubscribe: (() => void) | undefined;
  private retry: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;

  constructor(private readonly options: ProjectorOptions) {
    this.projections = options.views.map((view) => ({
      view,
      position: Number.NaN,
    }));
  }

  /** Keep up with the log from now on. */
  async start(): Promise<void> {
    await this.prepare();
    this.unsubscribe = this.options.events.onAppended(() => this.soon());
    this.keepUp();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.retry);
    clearTimeout(this.linger);
    this.linger = undefined;
    await this.running?.catch(() => undefined); // whoever started the run was told
  }

  /** Project everything the log holds. */
  async catchUp(): Promise<void> {
    this.again = true;
    this.running ??= this.run();
    await this.running;
  }

  states(): ViewState[] {
    return this.projections.map(({ view, position, stopped }) => ({
      view: view.name,
      version: view.version,
      position,
      ...(stopped === undefined ? {} : { stopped }),
    }));
  }

  /** Wait until the views have seen the log up to a position. False if they had not within `ms`. */
  async reached(views: readonly string[], position: Position, ms: number): Promise<boolean> {
    if (this.behind(views, position).length === 0) return true;
    const deadline = Date.now() + ms;
    while (Date.now() < deadline) {
      await this.progress(views, position, Math.min(POLL, deadline - Date.now()));
      for (const projection of this.behind(views, position)) await this.refresh(projection);
      if (this.behind(views, position).length === 0) return true;
    }
    return false;
  }

  private behind(views: readonly string[], position: Position): Projection[] {
    return this.projections.filter(
      ({ view, position: at }) => views.includes(view.name) && !(at >= position),
    );
  }

  /** Until this process has projected up to the position, or `ms` have passed. */
  private progress(views: readonly string[], position: Position, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        views,
        position,
        resolve: () => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.resolve, ms);
      this.waiters.add(waiter);
    });
  }

  private async prepare(): Promise<void> {
    for (const projection of this.projections) {
      await this.options.rows.prepare(projection.view);
      await this.refresh(projection);
    }
  }

  private async refresh(projection: Projection): Promise<void> {
    projection.position = await this.options.rows.checkpoint(projection.view);
  }

  /** Keep up in a moment: events that come close together are projected together. */
  private soon(): void {
    this.linger ??= setTimeout(() => {
      this.linger = undefined;
      this.keepUp();
    }, LINGER);
  }

  /** Catch up with nobody waiting for the outcome: where the log cannot be read, try again later. */
  private keepUp(): void {
    this.catchUp().catch((error: unknown) => {
      this.options.onFailed?.(error);
      clearTimeout(this.retry);
      if (this.unsubscribe) this.retry = setTimeout(() => this.keepUp(), RETRY).unref();
    });
  }

  private async run(): Promise<void> {
    try {
      if (this.projections.some(({ position }) => Number.isNaN(position))) await this.prepare();
      while (this.again) {
        this.again = false;
        while (await this.projectWindow());
      }
    } finally {
      // In the same turn as the last look at `again`: who calls from now on needs a new run.
      this.running = undefined;
    }
  }

  /** Project the next window of the log. False at its end. */
  private async projectWindow(): Promise<boolean> {
    const { events: log, page = 2_000, window = 200_000 } = this.options;
    const going = this.projections.filter(({ stopped }) => stopped === undefined);
    if (going.length === 0) return false;
    const from = Math.min(...going.map(({ position }) => position));
    const batches = new Map(going.map((projection) => [projection, new Batch(projection, this.options)]));
    let after = from;
    let count = 0;
    while (count < window) {
      const events = await log.readAll(after, page);
      if (events.length === 0) break;
      for (const [projection, batch] of batches) {
        await this.guarded(projection, () => batch.fold(events));
      }
      count += events.length;
      after = events.at(-1)!.position;
      await nextTurn(); // a store that answers at once would otherwise keep everything else waiting
      if (events.length < page || [...batches.values()].some(({ size }) => size >= ROWS_AT_ONCE)) break;
    }
    if (count === 0) return false;
    // All at once, so that a store may write them together.
    await Promise.all(
      [...batches].map(([projection, batch]) => this.guarded(projection, () => batch.commit(after))),
    );
    this.wake();
    return true;
  }

  private async guarded(projection: Projection, work: () => Promise<void>): Promise<void> {
    if (projection.stopped !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (error instanceof CheckpointMoved) {
        await this.refresh(projection);
        this.again = true;
      } else if (error instanceof Unfoldable) {
        projection.stopped = error.message;
        this.options.onStopped?.(projection.view.name, error.message);
      } else {
        throw error;
      }
    }
  }

  private wake(): void {
    for (const waiter of this.waiters) {
      if (this.behind(waiter.views, waiter.position).length === 0) waiter.resolve();
    }
  }
}

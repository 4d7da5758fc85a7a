import { CheckpointMoved, type Epoch, Fenced, type Position, type View } from '@waymark/core/kernel';
import { type Projection, Unfoldable } from './batch';
import { projectWindow, type WindowOptions } from './window';

/** A generation of a view that this process owns and projects. */
export interface Assignment {
  readonly view: View;
  readonly epoch: Epoch;
}

/** The state of a projection. */
export interface ProjectionState extends Assignment {
  readonly position: Position;
  /** Why the projection stopped, if it did. */
  readonly stopped?: string;
}

export interface ProjectorOptions extends WindowOptions {
  /** Called when projections have advanced. */
  readonly onProjected?: () => void;
  /** Called when a projection stops. */
  readonly onStopped?: (view: View, reason: string) => void;
  /** Called when another process has taken over a projection. */
  readonly onFenced?: (view: View) => void;
  /** Called on failures that are not caused by a view, such as a log that cannot be read. They are retried. */
  readonly onFailed?: (error: unknown) => void;
}

/**
 * Delay for collecting events before projecting them, in milliseconds. It is the most that this adds to the
 * latency of reading one's own writes.
 */
const LINGER = 5;
/** Delay before a retry, in milliseconds. */
const RETRY = 1_000;

/**
 * Folds the log into the assigned projections with one shared read; each has its own checkpoint. Concurrent
 * projection by another process is harmless: a commit succeeds only if the checkpoint and rows are at the
 * expected positions and no later owner has fenced the rows.
 */
export class Projector {
  private projections: Projection[] = [];
  private wanted: readonly Assignment[] | undefined;
  private readonly waiters = new Set<() => void>();
  private running: Promise<void> | undefined;
  private again = false;
  private stopping = false;
  private unsubscribe: (() => void) | undefined;
  private retry: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;

  constructor(private readonly options: ProjectorOptions) {}

  /** Start projecting new events. */
  start(): void {
    this.stopping = false;
    this.unsubscribe = this.options.events.onAppended(() => this.catchUpSoon());
    this.catchUpInBackground();
  }

  /** Finish the current window and stop. */
  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.retry);
    clearTimeout(this.linger);
    this.linger = undefined;
    this.stopping = true;
    await this.running?.catch(() => undefined); // the caller that started the run handles the error
    this.stopping = false;
  }

  /** Replace the assigned projections. Resolves once the change is in effect. */
  async assign(assignments: readonly Assignment[]): Promise<void> {
    this.wanted = assignments;
    const taken = new Promise<void>((resolve) => this.waiters.add(resolve));
    // An error of the current run is handled and retried there.
    if (this.running) await Promise.race([taken, this.running.catch(() => undefined)]);
    if (this.wanted === assignments) await this.applyAssignments();
    if (this.unsubscribe) this.catchUpInBackground();
  }

  /** Project all events in the log. */
  async catchUp(): Promise<void> {
    this.again = true;
    this.running ??= this.run();
    await this.running;
  }

  states(): ProjectionState[] {
    return this.projections.map((projection) => ({ ...projection }));
  }

  /** Apply the assignments. Projections that stay assigned keep their position. */
  private async applyAssignments(): Promise<void> {
    const { wanted = [] } = this;
    this.wanted = undefined;
    const before = new Map(this.projections.map((projection) => [projection.view, projection]));
    const continues = ({ view, epoch }: Assignment): boolean => before.get(view)?.epoch === epoch;
    this.projections = wanted.filter(continues).map(({ view }) => before.get(view)!);
    try {
      for (const assignment of wanted) {
        if (!continues(assignment)) await this.begin({ ...assignment, position: Number.NaN });
      }
    } catch (error) {
      this.wanted ??= wanted; // unless there are newer assignments
      throw error;
    }
    for (const done of this.waiters) done();
    this.waiters.clear();
  }

  private async begin(projection: Projection): Promise<void> {
    const { view, epoch } = projection;
    await this.options.rows.prepare(view);
    await this.guarded(projection, async () => {
      projection.position = await this.options.rows.fence(view, epoch);
      this.projections.push(projection);
    });
  }

  /** Start shortly, so that events in quick succession are projected together. */
  private catchUpSoon(): void {
    this.linger ??= setTimeout(() => {
      this.linger = undefined;
      this.catchUpInBackground();
    }, LINGER);
  }

  /** Catch up in the background. On failure, retry later. */
  private catchUpInBackground(): void {
    this.catchUp().catch((error: unknown) => {
      this.options.onFailed?.(error);
      clearTimeout(this.retry);
      if (this.unsubscribe) this.retry = setTimeout(() => this.catchUpInBackground(), RETRY).unref();
    });
  }

  private async run(): Promise<void> {
    try {
      while (this.again && !this.isStopping()) {
        this.again = false;
        while (!this.isStopping() && (await this.projectWindow()));
      }
    } finally {
      // Cleared synchronously after the last check of `again`: a later call needs a new run.
      this.running = undefined;
    }
  }

  /** Whether to stop here. Checked each time, because other calls change it. */
  private isStopping(): boolean {
    return this.stopping;
  }

  /** Project the next window of the log. False at the end of the log. */
  private async projectWindow(): Promise<boolean> {
    if (this.wanted) await this.applyAssignments();
    const active = this.projections.filter(({ stopped }) => stopped === undefined);
    if (active.length === 0) return false;
    const projected = await projectWindow(active, this.options, (projection, work) =>
      this.guarded(projection, work),
    );
    if (projected) this.options.onProjected?.();
    return projected !== undefined;
  }

  private async guarded(projection: Projection, work: () => Promise<void>): Promise<void> {
    if (projection.stopped !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (error instanceof CheckpointMoved) {
        projection.position = await this.options.rows.checkpoint(projection.view);
        this.again = true;
      } else if (error instanceof Fenced) {
        this.projections = this.projections.filter((other) => other !== projection);
        this.options.onFenced?.(projection.view);
      } else if (error instanceof Unfoldable) {
        projection.stopped = error.message;
        this.options.onStopped?.(projection.view, error.message);
      } else {
        throw error;
      }
    }
  }
}

import { CheckpointMoved, type Epoch, Fenced, type Position, type View } from '@waymark/core/kernel';
import { type Projection, Unfoldable } from './batch';
import { projectWindow, type WindowOptions } from './window';

/** A generation of a view that this process projects. */
export interface Assignment {
  readonly view: View;
  readonly epoch: Epoch;
}

/** Where a view stands. */
export interface ProjectionState extends Assignment {
  readonly position: Position;
  /** Why it stopped, where it did. */
  readonly stopped?: string;
}

export interface ProjectorOptions extends WindowOptions {
  /** Told when views have moved on. */
  readonly onProjected?: () => void;
  /** Told of a view that stopped. */
  readonly onStopped?: (view: View, reason: string) => void;
  /** Told of a view that another process has taken over. */
  readonly onFenced?: (view: View) => void;
  /** Told of what failed for no reason of a view's, such as a log that cannot be read; it is tried again. */
  readonly onFailed?: (error: unknown) => void;
}

/** How long to gather events before projecting them, in milliseconds: the most that it adds to reading one's own writes. */
const LINGER = 5;
/** How long to wait before trying again what failed, in milliseconds. */
const RETRY = 1_000;

/**
 * Folds the log into the views assigned to it: one reading for all of them, each with its own checkpoint. Another
 * process that projects one of them too does no harm: a batch counts only if the checkpoint and the rows are where its
 * projector believed them to be, and its epoch is not an earlier owner's.
 */
export class Projector {
  private projections: Projection[] = [];
  private wanted: readonly Assignment[] | undefined;
  private readonly taken = new Set<() => void>();
  private running: Promise<void> | undefined;
  private again = false;
  private stopping = false;
  private unsubscribe: (() => void) | undefined;
  private retry: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;

  constructor(private readonly options: ProjectorOptions) {}

  /** Keep up with the log from now on. */
  start(): void {
    this.stopping = false;
    this.unsubscribe = this.options.events.onAppended(() => this.soon());
    this.keepUp();
  }

  /** Come to the end of the window at hand, and rest. */
  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.retry);
    clearTimeout(this.linger);
    this.linger = undefined;
    this.stopping = true;
    await this.running?.catch(() => undefined); // whoever started the run was told
    this.stopping = false;
  }

  /** Project these views from now on, and no others. Resolves once that is so. */
  async assign(assignments: readonly Assignment[]): Promise<void> {
    this.wanted = assignments;
    const taken = new Promise<void>((resolve) => this.taken.add(resolve));
    // A run that fails is tried again, and not the fault of who assigns.
    if (this.running) await Promise.race([taken, this.running.catch(() => undefined)]);
    if (this.wanted === assignments) await this.take();
    if (this.unsubscribe) this.keepUp();
  }

  /** Project everything the log holds. */
  async catchUp(): Promise<void> {
    this.again = true;
    this.running ??= this.run();
    await this.running;
  }

  states(): ProjectionState[] {
    return this.projections.map((projection) => ({ ...projection }));
  }

  /** Take up what is assigned; what goes on, goes on where it is. */
  private async take(): Promise<void> {
    const { wanted = [] } = this;
    this.wanted = undefined;
    const before = new Map(this.projections.map((projection) => [projection.view, projection]));
    const goesOn = ({ view, epoch }: Assignment): boolean => before.get(view)?.epoch === epoch;
    this.projections = wanted.filter(goesOn).map(({ view }) => before.get(view)!);
    try {
      for (const assignment of wanted) {
        if (!goesOn(assignment)) await this.begin({ ...assignment, position: Number.NaN });
      }
    } catch (error) {
      this.wanted ??= wanted; // unless others are assigned by now
      throw error;
    }
    for (const done of this.taken) done();
    this.taken.clear();
  }

  private async begin(projection: Projection): Promise<void> {
    const { view, epoch } = projection;
    await this.options.rows.prepare(view);
    await this.guarded(projection, async () => {
      projection.position = await this.options.rows.fence(view, epoch);
      this.projections.push(projection);
    });
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
      while (this.again && !this.rests()) {
        this.again = false;
        while (!this.rests() && (await this.projectWindow()));
      }
    } finally {
      // In the same turn as the last look at `again`: who calls from now on needs a new run.
      this.running = undefined;
    }
  }

  /** Whether to stop here: asked anew each time, since others change it meanwhile. */
  private rests(): boolean {
    return this.stopping;
  }

  /** Project the next window of the log. False at its end. */
  private async projectWindow(): Promise<boolean> {
    if (this.wanted) await this.take();
    const going = this.projections.filter(({ stopped }) => stopped === undefined);
    if (going.length === 0) return false;
    const projected = await projectWindow(going, this.options, (projection, work) =>
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

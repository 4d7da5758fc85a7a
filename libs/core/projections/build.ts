import {
  type EventStore,
  Fenced,
  type Position,
  rowSetName,
  type RowStore,
  type View,
} from '@waymark/core/kernel';
import { type BatchOptions, type Projection, Unfoldable } from './batch';
import {
  type Build,
  type Catalog,
  type Generation,
  generationOf,
  sameGeneration,
  type ViewRecord,
} from './catalog';
import { takeOver } from './owners';
import { compare } from './verify';
import { projectWindow, type WindowOptions } from './window';

/** Progress of a rebuild. */
export interface RebuildProgress {
  readonly views: readonly string[];
  readonly state: Build['state'] | 'live' | 'paused' | 'cancelled';
  /** Current position in the log, and the position at which the log ends. */
  readonly position: Position;
  readonly head: Position;
  /** Number of events read by this attempt, and events per second. */
  readonly events: number;
  readonly rate: number;
  /** Estimated seconds until the build has caught up; absent if there is no estimate yet. */
  readonly secondsLeft?: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RebuildProgress) => Promise<void> | void;
}

export interface BuilderOptions {
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly catalog: Catalog;
  /** Options for folding batches. */
  readonly folding: Pick<WindowOptions, 'unknown' | 'page' | 'window'> & Pick<BatchOptions, 'skips'>;
  readonly now: () => string;
  /** Called when the generations to keep up to date have changed. */
  readonly onChanged?: () => Promise<void>;
  /** Called once at the end of a run that built something. */
  readonly onBuilt?: () => Promise<void>;
  /** Make a verified generation live. */
  readonly goLive: (view: string) => Promise<void>;
}

/**
 * Outcome of a build: its final state, or why it failed. `building` means that another run has taken it over.
 */
export type Outcome = RebuildProgress['state'] | { readonly failed: string };

/** Maximum time without progress while a generation catches up, in milliseconds. */
const CATCH_UP_TIMEOUT = 600_000;
const POLL = 50;

/** Runs the builds of some views as far as possible. A failure of one build does not affect the others. */
export class Builder {
  private readonly outcomes = new Map<View, Outcome>();

  constructor(
    private readonly options: BuilderOptions,
    private readonly run: RunOptions,
  ) {}

  async build(views: readonly View[]): Promise<ReadonlyMap<View, Outcome>> {
    const records = await this.options.catalog.records();
    const unread = views.filter(({ name }) => {
      const state = records.get(name)?.building?.state;
      return state === 'planned' || state === 'building';
    });
    if (unread.length > 0) await this.read(unread);
    for (const view of views) {
      if (!this.outcomes.has(view))
        this.outcomes.set(view, await this.guarded(view, () => this.finish(view)));
    }
    if (views.length > 0) await this.options.onBuilt?.();
    return this.outcomes;
  }

  /** Read the log once for all builds, up to near its end. */
  private async read(views: readonly View[]): Promise<void> {
    const { events, rows, folding, now } = this.options;
    await folding.skips.refresh();
    await this.updateOutcomes(views);
    const projections: Projection[] = [];
    for (const view of this.unfinished(views)) {
      await this.guard(view, async () => {
        await rows.prepare(view, 'later');
        const epoch = await takeOver(rows.control, rowSetName(view));
        projections.push({ view, epoch, position: await rows.fence(view, epoch) });
        await this.change(view, ({ failed: _failed, ...build }) => ({ ...build, state: 'building' }));
      });
    }
    const pace = new Pace(Math.min(...projections.map(({ position }) => position)));
    for (let more = true; more;) {
      await this.updateOutcomes(views);
      const active = projections.filter(({ view }) => !this.outcomes.has(view));
      if (active.length === 0) return;
      // Rows are not parked, because nothing reads them yet: an event that cannot be folded fails the build of
      // its view.
      const options = { ...folding, events, rows, now, strict: true };
      const window = await projectWindow(active, options, ({ view }, work) => this.guard(view, work));
      more = window?.more ?? false;
      const position = Math.min(...active.map((projection) => projection.position));
      const names = active.map(({ view }) => view.name);
      const head = await events.head();
      await this.run.onProgress?.({
        ...{ views: names, state: 'building', position, head },
        ...pace.at(window?.events ?? 0, position, head),
      });
    }
    for (const view of this.unfinished(views)) {
      await this.guard(view, async () => {
        await rows.index(view);
        await this.change(view, (build) => ({ ...build, state: 'catching up' }));
      });
    }
    await this.options.onChanged?.();
  }

  /**
   * From built to live: wait until the generation has caught up with the log, compare it with the live one, and
   * switch.
   */
  private async finish(view: View): Promise<Outcome> {
    const { events, rows, catalog, goLive } = this.options;
    const head = await events.head();
    let [seen, since] = [await rows.checkpoint(view), performance.now()];
    for (;;) {
      await this.updateOutcomes([view]);
      const outcome = this.outcomes.get(view);
      if (outcome !== undefined) return outcome;
      const position = await rows.checkpoint(view);
      const progress = { state: 'catching up', position, head, events: 0, rate: 0 } as const;
      await this.run.onProgress?.({ views: [view.name], ...progress });
      if (position >= head) break;
      const stopped = (await catalog.record(view.name)).stopped[rowSetName(view)];
      if (stopped) throw new Unfoldable(stopped.reason, stopped.position);
      if (position !== seen) [seen, since] = [position, performance.now()];
      if (performance.now() - since > CATCH_UP_TIMEOUT)
        throw new Error(`no process keeps ${rowSetName(view)} up to date with the log`);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
    const { serving } = await catalog.record(view.name);
    const served = serving?.version === view.version ? generationOf(view, serving) : undefined;
    const verified = await compare(events, rows, view, served);
    const build = await this.change(view, ({ failed: _failed, ...each }) => ({
      ...each,
      ...{ state: 'verified', verified },
    }));
    if (build?.hold) return 'verified';
    if (build) await goLive(view.name);
    return ended(view, await catalog.record(view.name)) ?? 'verified';
  }

  /** Record the outcome of builds that have ended or are paused. */
  private async updateOutcomes(views: readonly View[]): Promise<void> {
    this.run.signal?.throwIfAborted();
    const records = await this.options.catalog.records();
    for (const view of this.unfinished(views)) {
      const record = records.get(view.name);
      const outcome = ended(view, record) ?? (record?.building?.paused ? 'paused' : undefined);
      if (outcome !== undefined) this.outcomes.set(view, outcome);
    }
  }

  private unfinished(views: readonly View[]): View[] {
    return views.filter((view) => !this.outcomes.has(view));
  }

  /** Run work for a build that has no outcome yet. */
  private async guard(view: View, work: () => Promise<void>): Promise<void> {
    if (this.outcomes.has(view)) return;
    const outcome = await this.guarded(view, work);
    if (outcome !== undefined) this.outcomes.set(view, outcome);
  }

  /** A failure of this build becomes its outcome. An error that a retry may fix is thrown. */
  private async guarded<T>(view: View, work: () => Promise<T>): Promise<T | Outcome> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unfoldable) {
        await this.change(view, (build) => ({ ...build, failed: error.message }));
        return { failed: error.message };
      }
      if (error instanceof Fenced) return 'building';
      // The rows may have been dropped because the build was cancelled.
      const outcome = ended(view, await this.options.catalog.record(view.name));
      if (outcome !== undefined) return outcome;
      throw error;
    }
  }

  /** Change the record of this build. Undefined if the build has ended. */
  private async change(view: View, to: (build: Build) => Build): Promise<Build | undefined> {
    const { building } = await this.options.catalog.change(view.name, (record) =>
      record.building && sameGeneration(record.building, generationIn(view))
        ? { ...record, building: to(record.building) }
        : record,
    );
    return sameGeneration(building, generationIn(view)) ? building : undefined;
  }
}

/** The outcome of a build that is no longer in the catalog. */
function ended(view: View, record: ViewRecord | undefined): 'live' | 'cancelled' | undefined {
  if (sameGeneration(record?.building, generationIn(view))) return undefined;
  return sameGeneration(record?.serving, generationIn(view)) ? 'live' : 'cancelled';
}

const generationIn = ({ version, generation = 1 }: View): Generation => ({ version, generation });

/** Measures the speed of reading the log. */
class Pace {
  private readonly began = performance.now();
  private events = 0;

  constructor(private readonly start: Position) {}

  at(
    events: number,
    position: Position,
    head: Position,
  ): Pick<RebuildProgress, 'events' | 'rate' | 'secondsLeft'> {
    this.events += events;
    const seconds = (performance.now() - this.began) / 1_000;
    const rate = Math.round(this.events / Math.max(seconds, 0.001));
    const done = position - this.start;
    return {
      ...{ events: this.events, rate },
      ...(done > 0 ? { secondsLeft: Math.round((seconds * (head - position)) / done) } : {}),
    };
  }
}

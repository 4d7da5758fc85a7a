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

/** How far a rebuild is. */
export interface RebuildProgress {
  readonly views: readonly string[];
  readonly state: Build['state'] | 'live' | 'paused' | 'cancelled';
  /** Where it is in the log, and where the log ends. */
  readonly position: Position;
  readonly head: Position;
  /** Events read by this attempt, and how many a second. */
  readonly events: number;
  readonly rate: number;
  /** Seconds until it will have caught up, at this rate; absent where nothing can be said yet. */
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
  /** What batches are folded with. */
  readonly folding: Pick<WindowOptions, 'unknown' | 'page' | 'window'> & Pick<BatchOptions, 'skips'>;
  readonly now: () => string;
  /** Called when there is another generation to keep up. */
  readonly onChanged?: () => Promise<void>;
  /** Let a verified generation serve. */
  readonly goLive: (view: string) => Promise<void>;
}

/** What became of a build: where it rests, or why it failed. `building` where another run has taken it over. */
export type Outcome = RebuildProgress['state'] | { readonly failed: string };

/** How long those who keep views up may make no progress towards the log's end, in milliseconds. */
const CATCHING_UP = 600_000;
const POLL = 50;

/** Takes the builds of some views as far as they go, each for itself: what keeps one from going on does not keep the others. */
export class Builder {
  private readonly outcomes = new Map<View, Outcome>();

  constructor(
    private readonly options: BuilderOptions,
    private readonly run: RunOptions,
  ) {}

  async build(views: readonly View[]): Promise<ReadonlyMap<View, Outcome>> {
    const records = await this.options.catalog.records();
    const early = views.filter(({ name }) => {
      const state = records.get(name)?.building?.state;
      return state === 'planned' || state === 'building';
    });
    if (early.length > 0) await this.read(early);
    for (const view of views) {
      if (!this.outcomes.has(view))
        this.outcomes.set(view, await this.guarded(view, () => this.finish(view)));
    }
    return this.outcomes;
  }

  /** Read the log once for all of them, up to near its end. */
  private async read(views: readonly View[]): Promise<void> {
    const { events, rows, folding, now } = this.options;
    await folding.skips.refresh();
    await this.rest(views);
    const projections: Projection[] = [];
    for (const view of this.going(views)) {
      await this.guard(view, async () => {
        await rows.prepare(view, 'later');
        const epoch = await takeOver(rows.control, rowSetName(view));
        projections.push({ view, epoch, position: await rows.fence(view, epoch) });
        await this.change(view, ({ failed: _failed, ...build }) => ({ ...build, state: 'building' }));
      });
    }
    const pace = new Pace(Math.min(...projections.map(({ position }) => position)));
    for (let more = true; more;) {
      await this.rest(views);
      const going = projections.filter(({ view }) => !this.outcomes.has(view));
      if (going.length === 0) return;
      // Nothing is parked, since nobody waits for these rows yet: what cannot be folded ends the build of its view.
      const options = { ...folding, events, rows, now, strict: true };
      const window = await projectWindow(going, options, ({ view }, work) => this.guard(view, work));
      more = window?.more ?? false;
      const position = Math.min(...going.map((projection) => projection.position));
      const names = going.map(({ view }) => view.name);
      const head = await events.head();
      await this.run.onProgress?.({
        ...{ views: names, state: 'building', position, head },
        ...pace.at(window?.events ?? 0, position, head),
      });
    }
    for (const view of this.going(views)) {
      await this.guard(view, async () => {
        await rows.index(view);
        await this.change(view, (build) => ({ ...build, state: 'catching up' }));
      });
    }
    await this.options.onChanged?.();
  }

  /** From built to live: wait until it is kept up with the log, compare it with what serves, and switch. */
  private async finish(view: View): Promise<Outcome> {
    const { events, rows, catalog, goLive } = this.options;
    const head = await events.head();
    let [seen, since] = [await rows.checkpoint(view), performance.now()];
    for (;;) {
      await this.rest([view]);
      const rests = this.outcomes.get(view);
      if (rests !== undefined) return rests;
      const position = await rows.checkpoint(view);
      const progress = { state: 'catching up', position, head, events: 0, rate: 0 } as const;
      await this.run.onProgress?.({ views: [view.name], ...progress });
      if (position >= head) break;
      const stopped = (await catalog.record(view.name)).stopped[rowSetName(view)];
      if (stopped) throw new Unfoldable(stopped.reason, stopped.position);
      if (position !== seen) [seen, since] = [position, performance.now()];
      if (performance.now() - since > CATCHING_UP)
        throw new Error(`nobody keeps ${rowSetName(view)} up with the log`);
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

  /** See which of these builds are not to go on at present. */
  private async rest(views: readonly View[]): Promise<void> {
    this.run.signal?.throwIfAborted();
    const records = await this.options.catalog.records();
    for (const view of this.going(views)) {
      const record = records.get(view.name);
      const outcome = ended(view, record) ?? (record?.building?.paused ? 'paused' : undefined);
      if (outcome !== undefined) this.outcomes.set(view, outcome);
    }
  }

  private going(views: readonly View[]): View[] {
    return views.filter((view) => !this.outcomes.has(view));
  }

  /** Do something for a view that still goes on. */
  private async guard(view: View, work: () => Promise<void>): Promise<void> {
    if (this.outcomes.has(view)) return;
    const outcome = await this.guarded(view, work);
    if (outcome !== undefined) this.outcomes.set(view, outcome);
  }

  /** What keeps this one view from going on is its outcome; what another attempt may mend is thrown. */
  private async guarded<T>(view: View, work: () => Promise<T>): Promise<T | Outcome> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unfoldable) {
        await this.change(view, (build) => ({ ...build, failed: error.message }));
        return { failed: error.message };
      }
      if (error instanceof Fenced) return 'building';
      // Its rows may be gone because it was given up.
      const outcome = ended(view, await this.options.catalog.record(view.name));
      if (outcome !== undefined) return outcome;
      throw error;
    }
  }

  /** Change what is known of this build, as long as it goes on; undefined where it does not. */
  private async change(view: View, to: (build: Build) => Build): Promise<Build | undefined> {
    const { building } = await this.options.catalog.change(view.name, (record) =>
      record.building && sameGeneration(record.building, generationIn(view))
        ? { ...record, building: to(record.building) }
        : record,
    );
    return sameGeneration(building, generationIn(view)) ? building : undefined;
  }
}

/** What became of a build that is none any more. */
function ended(view: View, record: ViewRecord | undefined): 'live' | 'cancelled' | undefined {
  if (sameGeneration(record?.building, generationIn(view))) return undefined;
  return sameGeneration(record?.serving, generationIn(view)) ? 'live' : 'cancelled';
}

const generationIn = ({ version, generation = 1 }: View): Generation => ({ version, generation });

/** How fast a reading of the log goes. */
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

import {
  Refusal,
  rowSetName,
  type EventStore,
  type Position,
  type RowStore,
  type View,
} from '@waymark/kernel';
import { Unfoldable, type BatchOptions, type Projection } from './batch';
import { generationOf, keptUp, nameOf, readable, type Build, type Catalog, type ViewRecord } from './catalog';
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

export interface RebuilderOptions {
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly views: readonly View[];
  readonly catalog: Catalog;
  /** What batches are folded with. */
  readonly folding: Pick<WindowOptions, 'unknown' | 'page' | 'window'> & Pick<BatchOptions, 'skips'>;
  readonly now: () => string;
  /** Called when there is another generation to keep up, or one fewer. */
  readonly onChanged?: () => Promise<void>;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RebuildProgress) => Promise<void> | void;
}

/** How long those who keep views up may take to bring a built generation to the log's end, in milliseconds. */
const CATCHING_UP = 600_000;
const POLL = 50;

/**
 * Builds views anew beside those that serve. Where a build is, the catalog and the new rows' own checkpoint say: whoever
 * runs it goes on from there, and a process that was killed loses no more than its last window.
 */
export class Rebuilder {
  constructor(private readonly options: RebuilderOptions) {}

  /** Plan a new generation of each of these views; one that is planned already stays as it is. */
  async plan(views: readonly string[], { hold = false } = {}): Promise<void> {
    for (const name of views) {
      const view = this.view(name);
      await this.options.catalog.change(name, (record) => {
        if (record.building) return record;
        const generation = (record.built[view.version] ?? 0) + 1;
        return {
          ...record,
          built: { ...record.built, [view.version]: generation },
          building: {
            version: view.version,
            generation,
            state: 'planned',
            since: this.options.now(),
            ...(hold ? { hold } : {}),
          },
        };
      });
    }
  }

  /**
   * Take the builds of these views as far as they go: until they serve, wait to be switched, or rest. What cannot be
   * folded ends the build of that view, with a word, and leaves those that serve as they are.
   */
  async run(views: readonly string[], run: RunOptions = {}): Promise<RebuildProgress['state']> {
    const going = await this.building(views);
    try {
      const reached = await this.build(going, run);
      if (reached !== undefined) return reached;
      let state: RebuildProgress['state'] = 'live';
      for (const view of going) state = (await this.finish(view, run)) ?? state;
      return state;
    } catch (error) {
      if (error instanceof Unfoldable) await this.failed(views, error.message);
      throw error;
    }
  }

  /** Let builds rest where they are. */
  pause(views: readonly string[]): Promise<void> {
    return this.each(views, (build) => ({ ...build, paused: true }));
  }

  /** Let builds go on; whoever calls this sees to it that somebody runs them. */
  resume(views: readonly string[]): Promise<void> {
    return this.each(views, ({ paused: _paused, failed: _failed, ...build }) => ({
      ...build,
      resumed: (build.resumed ?? 0) + 1,
    }));
  }

  /** Give builds up, and forget what they had built. */
  async cancel(views: readonly string[]): Promise<void> {
    for (const name of views) {
      let given: Build | undefined;
      await this.options.catalog.change(name, (record) => {
        given = record.building;
        return without(record, 'building');
      });
      if (given) await this.forget(name, given);
    }
    await this.options.onChanged?.();
  }

  /** Let a verified generation serve from now on: from one question to the next. */
  async switch(name: string): Promise<void> {
    let retired: ViewRecord['previous'];
    await this.options.catalog.change(name, (record) => {
      const { building, serving, previous } = record;
      if (building?.state !== 'verified')
        throw new Refusal('NOT_VERIFIED', `No new generation of ${name} is ready to serve.`);
      retired = serving ? previous : undefined;
      const { version, generation } = building;
      return {
        ...without(record, 'building'),
        serving: { version, generation },
        ...(serving ? { previous: serving } : {}),
      };
    });
    if (retired) await this.forget(name, retired);
    await this.options.onChanged?.();
  }

  /** Let what served before serve again. */
  async switchBack(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) => {
      const { serving, previous } = record;
      if (!serving || !previous)
        throw new Refusal('NOTHING_TO_SWITCH_BACK', `There is no earlier generation of ${name}.`);
      return { ...record, serving: previous, previous: serving };
    });
    await this.options.onChanged?.();
  }

  /** Forget what served before: it is kept up no longer, and cannot be switched back to. */
  async retire(name: string): Promise<void> {
    let retired: ViewRecord['previous'];
    await this.options.catalog.change(name, (record) => {
      retired = record.previous;
      return without(record, 'previous');
    });
    if (retired) await this.forget(name, retired);
    await this.options.onChanged?.();
  }

  /** Read the log once for all of them, up to near its end. A state where it rests, undefined where it is done. */
  private async build(
    views: readonly View[],
    run: RunOptions,
  ): Promise<RebuildProgress['state'] | undefined> {
    const { events, rows, folding, now } = this.options;
    const early: View[] = [];
    for (const view of views) {
      const { state } = (await this.options.catalog.record(view.name)).building!;
      if (state === 'planned' || state === 'building') early.push(view);
    }
    if (early.length === 0) return undefined;
    const projections: Projection[] = [];
    for (const view of early) {
      await rows.prepare(view, 'later');
      const epoch = await takeOver(rows.control, rowSetName(view));
      projections.push({ view, epoch, position: await rows.fence(view, epoch) });
      await this.state(view, 'building');
    }
    const began = performance.now();
    const start = Math.min(...projections.map(({ position }) => position));
    let read = 0;
    for (let more = true; more;) {
      const rests = await this.rests(early, run);
      if (rests) return rests;
      // Nothing is parked, since nobody waits for these rows yet: what cannot be folded ends the build of its view.
      const window = await projectWindow(
        projections,
        { ...folding, events, rows, now, strict: true },
        (_, work) => work(),
      );
      read += window?.events ?? 0;
      more = window?.more ?? false;
      const position = Math.min(...projections.map((projection) => projection.position));
      const head = await events.head();
      await run.onProgress?.({
        views: early.map(({ name }) => name),
        state: 'building',
        position,
        head,
        ...paceOf(read, performance.now() - began, position - start, head - position),
      });
    }
    for (const view of early) {
      await rows.index(view);
      await this.state(view, 'catching up');
    }
    await this.options.onChanged?.();
    return undefined;
  }

  /** From built to live: wait until it is kept up with the log, compare it with what serves, and switch. */
  private async finish(view: View, run: RunOptions): Promise<RebuildProgress['state'] | undefined> {
    const { events, rows, catalog } = this.options;
    const head = await events.head();
    const deadline = performance.now() + CATCHING_UP;
    for (;;) {
      const rests = await this.rests([view], run);
      if (rests) return rests;
      const position = await rows.checkpoint(view);
      await run.onProgress?.({
        views: [view.name],
        ...{ state: 'catching up', position, head },
        ...{ events: 0, rate: 0 },
      });
      if (position >= head) break;
      if (performance.now() > deadline) throw new Error(`nobody keeps ${rowSetName(view)} up with the log`);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
    const { serving } = await catalog.record(view.name);
    const served = generationOf(this.view(view.name), serving);
    const verified = await compare(events, rows, view, served?.version === view.version ? served : undefined);
    await this.change(view.name, (build) => ({ ...build, state: 'verified', verified }));
    const { building } = await catalog.record(view.name);
    if (building?.hold) return 'verified';
    await this.switch(view.name);
    return undefined;
  }

  /** Why these builds do not go on at present. */
  private async rests(
    views: readonly View[],
    { signal }: RunOptions,
  ): Promise<'paused' | 'cancelled' | undefined> {
    signal?.throwIfAborted();
    for (const { name } of views) {
      const { building } = await this.options.catalog.record(name);
      if (!building) return 'cancelled';
      if (building.paused) return 'paused';
    }
    return undefined;
  }

  private async building(names: readonly string[]): Promise<View[]> {
    const views: View[] = [];
    for (const name of names) {
      const { building } = await this.options.catalog.record(name);
      const view = generationOf(this.view(name), building);
      if (view) views.push(view);
    }
    return views;
  }

  private state(view: View, state: Build['state']): Promise<void> {
    return this.change(view.name, (build) => ({ ...build, state }));
  }

  private failed(views: readonly string[], reason: string): Promise<void> {
    return this.each(views, (build) => (build.state === 'building' ? { ...build, failed: reason } : build));
  }

  private async each(views: readonly string[], to: (build: Build) => Build): Promise<void> {
    for (const name of views) await this.change(name, to);
  }

  private async change(name: string, to: (build: Build) => Build): Promise<void> {
    await this.options.catalog.change(name, (record) =>
      record.building ? { ...record, building: to(record.building) } : record,
    );
  }

  private async forget(name: string, generation: NonNullable<ViewRecord['previous']>): Promise<void> {
    const { name: _name, ...set } = { ...this.view(name), ...generation };
    await this.options.rows.drop({ name, ...set });
    await this.options.catalog.change(name, (record) => {
      const { [nameOf(name, generation)]: gone, ...stopped } = record.stopped;
      return gone ? { ...record, stopped } : record;
    });
  }

  private view(name: string): View {
    const view = this.options.views.find((each) => each.name === name);
    if (!view) throw new Refusal('UNKNOWN_VIEW', 'There is no such view.', 'missing');
    return view;
  }
}

/** Views whose version is not the one that is built: they are to be built in the background. */
export function outdated(views: readonly View[], records: ReadonlyMap<string, ViewRecord>): View[] {
  return views.filter((view) => {
    const record = records.get(view.name);
    return (
      !record ||
      ![...keptUp(view, record), readable(view, record)].some((one) => one?.version === view.version)
    );
  });
}

function without<Key extends keyof ViewRecord>(
  record: ViewRecord,
  key: Key,
): Omit<ViewRecord, Key> & ViewRecord {
  const { [key]: _gone, ...rest } = record;
  return rest as Omit<ViewRecord, Key> & ViewRecord;
}

function paceOf(
  events: number,
  ms: number,
  done: number,
  left: number,
): Pick<RebuildProgress, 'events' | 'rate' | 'secondsLeft'> {
  const rate = Math.round((events / Math.max(ms, 1)) * 1_000);
  return done > 0
    ? { events, rate, secondsLeft: Math.round(((ms / 1_000) * left) / done) }
    : { events, rate };
}

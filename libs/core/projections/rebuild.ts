import { Refusal, rowSetName, type View } from '@waymark/core/kernel';
import { Unfoldable } from './batch';
import { Builder, type BuilderOptions, type Outcome, type RebuildProgress, type RunOptions } from './build';
import {
  type Build,
  type Generation,
  generationOf,
  keptUp,
  nameOf,
  readable,
  sameGeneration,
  type ViewRecord,
} from './catalog';
import { disown, letGoOf } from './owners';

export interface RebuilderOptions extends Omit<BuilderOptions, 'goLive'> {
  readonly views: readonly View[];
}

/** How long to wait for a process that keeps rows up which are to be forgotten, in milliseconds. */
const LETTING_GO = 5_000;

/**
 * Builds views anew beside those that serve. Where a build is, the catalog and the new rows' own checkpoint say: whoever
 * runs it goes on from there, and a process that was killed loses no more than its last window.
 */
export class Rebuilder {
  constructor(private readonly options: RebuilderOptions) {}

  /**
   * Plan a new generation of each of these views; one that is planned already stays as it is, but for one of an earlier
   * version, which is given up.
   */
  async plan(views: readonly string[], { hold = false } = {}): Promise<void> {
    for (const name of views) {
      const view = this.view(name);
      await this.options.catalog.change(name, (record) => {
        if (record.building && record.building.version >= view.version) return record;
        const generation = (record.built[view.version] ?? 0) + 1;
        return {
          ...retiring(record, record.building),
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
      await this.forgetRetired(name);
    }
  }

  /**
   * Take the builds of these views as far as they go: until they serve, wait to be switched, or rest; the state is that of
   * the one that came least far. What cannot be folded ends the build of that view alone: the others go on, and the
   * end is an {@link Unfoldable} that names those which failed.
   */
  async run(views: readonly string[], run: RunOptions = {}): Promise<RebuildProgress['state']> {
    const records = await this.options.catalog.records();
    const going: View[] = [];
    const strange: string[] = [];
    for (const name of views) {
      const building = records.get(name)?.building;
      const view = generationOf(this.view(name), building);
      if (view) going.push(view);
      else if (building) strange.push(nameOf(name, building));
    }
    const builder = new Builder({ ...this.options, goLive: (name) => this.switch(name) }, run);
    const outcomes = await builder.build(going);
    if (strange.length > 0) throw new Error(`${strange.join(', ')} can only be built by another release`);
    return stateOf(outcomes);
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
      await this.options.catalog.change(name, (record) =>
        record.building ? retiring(without(record, 'building'), record.building) : record,
      );
    }
    await this.changed(views);
  }

  /** Let a verified generation serve from now on: from one question to the next. */
  async switch(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) => {
      const { building, serving, previous } = record;
      if (building?.state !== 'verified')
        throw new Refusal('NOT_VERIFIED', `No new generation of ${name} is ready to serve.`);
      const { version, generation } = building;
      const switched = { ...without(record, 'building'), serving: { version, generation } };
      return serving ? { ...retiring(switched, previous), previous: serving } : switched;
    });
    await this.changed([name]);
  }

  /** Let what served before serve again. */
  async switchBack(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) => {
      const { serving, previous } = record;
      if (!serving || !previous)
        throw new Refusal('NOTHING_TO_SWITCH_BACK', `There is no earlier generation of ${name}.`);
      return { ...record, serving: previous, previous: serving };
    });
    await this.changed([name]);
  }

  /** Forget what served before: it is kept up no longer, and cannot be switched back to. */
  async retire(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) =>
      record.previous ? retiring(without(record, 'previous'), record.previous) : record,
    );
    await this.changed([name]);
  }

  /** Forget the rows of generations that are kept up no longer: also those that a process which was killed has left. */
  async forgetRetired(name: string): Promise<void> {
    const { rows, catalog } = this.options;
    for (const generation of (await catalog.record(name)).retired ?? []) {
      const set = { name, ...generation, indexes: [] };
      await letGoOf(rows.control, rowSetName(set), LETTING_GO);
      await rows.drop(set);
      await disown(rows.control, rowSetName(set));
      await catalog.change(name, (record) => forgotten(record, nameOf(name, generation), generation));
    }
  }

  private async changed(views: readonly string[]): Promise<void> {
    await this.options.onChanged?.();
    for (const name of views) await this.forgetRetired(name);
  }

  private async each(views: readonly string[], to: (build: Build) => Build): Promise<void> {
    for (const name of views) await this.change(name, to);
  }

  private async change(name: string, to: (build: Build) => Build): Promise<void> {
    await this.options.catalog.change(name, (record) =>
      record.building ? { ...record, building: to(record.building) } : record,
    );
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

/** A generation's rows are to be forgotten. */
const retiring = (record: ViewRecord, generation: Generation | undefined): ViewRecord => {
  if (!generation) return record;
  const { version, generation: number } = generation;
  return { ...record, retired: [...(record.retired ?? []), { version, generation: number }] };
};

function forgotten(record: ViewRecord, name: string, generation: Generation): ViewRecord {
  const { [name]: _stopped, ...stopped } = record.stopped;
  const retired = (record.retired ?? []).filter((each) => !sameGeneration(each, generation));
  return { ...without(record, 'retired'), stopped, ...(retired.length > 0 ? { retired } : {}) };
}

/** From the least far. */
const STATES = ['paused', 'cancelled', 'building', 'verified', 'live'] as const;

function stateOf(outcomes: ReadonlyMap<View, Outcome>): RebuildProgress['state'] {
  const failed = [...outcomes].flatMap(([{ name }, outcome]) =>
    typeof outcome === 'object' ? [`${name}: ${outcome.failed}`] : [],
  );
  if (failed.length > 0) throw new Unfoldable(failed.join('; '));
  const states = new Set(outcomes.values());
  return STATES.find((state) => states.has(state)) ?? 'cancelled';
}

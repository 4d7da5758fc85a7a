import { Refusal, rowSetName, type View } from '@waymark/core/kernel';
import { Unfoldable } from './batch';
import { Builder, type BuilderOptions, type Outcome, type RebuildProgress, type RunOptions } from './build';
import {
  type Build,
  type Generation,
  generationOf,
  maintained,
  nameOf,
  readable,
  sameGeneration,
  type ViewRecord,
} from './catalog';
import { removeOwner, waitForRelease } from './owners';

export interface RebuilderOptions extends Omit<BuilderOptions, 'goLive'> {
  readonly views: readonly View[];
}

/** How long to wait for another process to release rows that are to be dropped, in milliseconds. */
const RELEASE_TIMEOUT = 5_000;

/**
 * Rebuilds views while their live generations serve. The state of a build is in the catalog and in the
 * checkpoint of the new rows, so any process can continue it; a killed process loses at most its last window.
 */
export class Rebuilder {
  constructor(private readonly options: RebuilderOptions) {}

  /**
   * Plan a new generation of each view. An existing plan is kept, unless it is for an earlier version: then it
   * is cancelled.
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
      await this.dropRetired(name);
    }
  }

  /**
   * Run the builds of these views as far as possible: until they are live, wait for a switch, or are paused.
   * Returns the state of the build that got least far. An event that cannot be folded fails only the build of
   * that view. The others continue, and at the end an {@link Unfoldable} names the failed ones.
   */
  async run(views: readonly string[], run: RunOptions = {}): Promise<RebuildProgress['state']> {
    const records = await this.options.catalog.records();
    const buildable: View[] = [];
    const unsupported: string[] = [];
    for (const name of views) {
      const current = this.view(name);
      const building = records.get(current.name)?.building;
      const view = generationOf(current, building);
      if (view) buildable.push(view);
      else if (building) unsupported.push(nameOf(current.name, building));
    }
    const builder = new Builder({ ...this.options, goLive: (name) => this.switch(name) }, run);
    const outcomes = await builder.build(buildable);
    if (unsupported.length > 0)
      throw new Error(`${unsupported.join(', ')} can be built only by another release`);
    return stateOf(outcomes);
  }

  /** Pause builds. */
  pause(views: readonly string[]): Promise<void> {
    return this.each(views, (build) => ({ ...build, paused: true }));
  }

  /** Resume builds. The caller must make sure that a process runs them. */
  resume(views: readonly string[]): Promise<void> {
    return this.each(views, ({ paused: _paused, failed: _failed, ...build }) => ({
      ...build,
      resumed: (build.resumed ?? 0) + 1,
    }));
  }

  /** Cancel builds, and drop their rows. */
  async cancel(views: readonly string[]): Promise<void> {
    for (const name of views) {
      await this.options.catalog.change(name, (record) =>
        record.building ? retiring(without(record, 'building'), record.building) : record,
      );
    }
    await this.changed(views);
  }

  /** Make a verified generation live. Queries that start afterwards use it. */
  async switch(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) => {
      const { building, serving, previous } = record;
      if (building?.state !== 'verified')
        throw new Refusal('NOT_VERIFIED', `No new generation of ${name} is verified.`);
      const { version, generation } = building;
      const switched = { ...without(record, 'building'), serving: { version, generation } };
      return serving ? { ...retiring(switched, previous), previous: serving } : switched;
    });
    await this.changed([name]);
  }

  /** Make the previous generation live again. */
  async switchBack(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) => {
      const { serving, previous } = record;
      if (!serving || !previous)
        throw new Refusal('NOTHING_TO_SWITCH_BACK', `There is no previous generation of ${name}.`);
      return { ...record, serving: previous, previous: serving };
    });
    await this.changed([name]);
  }

  /** Retire the previous generation: it is dropped, and switching back is no longer possible. */
  async retire(name: string): Promise<void> {
    await this.options.catalog.change(name, (record) =>
      record.previous ? retiring(without(record, 'previous'), record.previous) : record,
    );
    await this.changed([name]);
  }

  /** Drop the rows of retired generations, including those left by a killed process. */
  async dropRetired(name: string): Promise<void> {
    const { rows, catalog } = this.options;
    for (const generation of (await catalog.record(name)).retired ?? []) {
      const set = catalog.rowSet(name, generation);
      await waitForRelease(rows.control, rowSetName(set), RELEASE_TIMEOUT);
      await rows.drop(set);
      await removeOwner(rows.control, rowSetName(set));
      await catalog.change(name, (record) => withoutRetired(record, rowSetName(set), generation));
    }
  }

  private async changed(views: readonly string[]): Promise<void> {
    await this.options.onChanged?.();
    for (const name of views) await this.dropRetired(name);
  }

  private async each(views: readonly string[], to: (build: Build) => Build): Promise<void> {
    for (const name of views) await this.change(name, to);
  }

  private async change(name: string, to: (build: Build) => Build): Promise<void> {
    await this.options.catalog.change(name, (record) =>
      record.building ? { ...record, building: to(record.building) } : record,
    );
  }

  /** A job that a previous release requested may name a view as it was called then. */
  private view(name: string): View {
    const view = this.options.views.find((each) => each.name === name || each.formerly === name);
    if (!view) throw new Refusal('UNKNOWN_VIEW', 'There is no such view.', 'missing');
    return view;
  }
}

/** Views whose current version is neither built nor caught up, and must be built in the background. */
export function outdated(views: readonly View[], records: ReadonlyMap<string, ViewRecord>): View[] {
  return views.filter((view) => {
    const record = records.get(view.name);
    return (
      !record ||
      ![...maintained(view, record), readable(view, record)].some((one) => one?.version === view.version)
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

/** Mark a generation's rows to be dropped. */
const retiring = (record: ViewRecord, generation: Generation | undefined): ViewRecord => {
  if (!generation) return record;
  const { version, generation: number } = generation;
  return { ...record, retired: [...(record.retired ?? []), { version, generation: number }] };
};

function withoutRetired(record: ViewRecord, name: string, generation: Generation): ViewRecord {
  const { [name]: _stopped, ...stopped } = record.stopped;
  const retired = (record.retired ?? []).filter((each) => !sameGeneration(each, generation));
  return { ...without(record, 'retired'), stopped, ...(retired.length > 0 ? { retired } : {}) };
}

/** Ordered by progress, least first. */
const STATES = ['paused', 'cancelled', 'building', 'verified', 'live'] as const;

function stateOf(outcomes: ReadonlyMap<View, Outcome>): RebuildProgress['state'] {
  const failed = [...outcomes].flatMap(([{ name }, outcome]) =>
    typeof outcome === 'object' ? [`${name}: ${outcome.failed}`] : [],
  );
  if (failed.length > 0) throw new Unfoldable(failed.join('; '));
  const states = new Set(outcomes.values());
  return STATES.find((state) => states.has(state)) ?? 'cancelled';
}

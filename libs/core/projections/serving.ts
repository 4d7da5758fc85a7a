import { Wakers } from '@waymark/core/concurrency';
import {
  type FindRows,
  type KeyedRow,
  type Position,
  Refusal,
  type RowReader,
  type RowSet,
  rowSetName,
  RowsGone,
  type RowStore,
  type StoredRow,
  type View,
} from '@waymark/core/kernel';
import { type Catalog, readable, stoppedAt, type ViewRecord } from './catalog';

/** Intervals for polling another process's progress, in milliseconds: short at first. */
const POLLS = [2, 5, 10, 20, 50];

/** The refusal for a view whose rows cannot be read yet. */
const building = (view: string): Refusal =>
  new Refusal(
    'VIEW_BUILDING',
    `The view ${view} is being built. Try again later; the operations report shows its progress.`,
    'unavailable',
  );

/** The result of a read; a refusal if the rows were dropped since the query started. */
async function unlessRebuilt<T>(view: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof RowsGone)) throw error;
    throw new Refusal(
      'VIEW_REBUILT',
      `The view ${view} was rebuilt during this query. Try again.`,
      'unavailable',
    );
  }
}

/** Read access to views. Each reader sees the generations that were live when it started. */
export class Serving {
  private readonly views: ReadonlyMap<string, View>;
  private readonly wakers = new Wakers();

  constructor(
    private readonly rows: RowStore,
    private readonly catalog: Catalog,
    views: readonly View[],
  ) {
    this.views = new Map(views.map((view) => [view.name, view]));
  }

  /**
   * A reader for one query. Refused as `VIEW_BUILDING` if a view has no live generation yet, and as
   * `VIEW_REBUILT` if the query takes so long that the generation it started with is dropped.
   */
  reader(): RowReader {
    let records: Promise<ReadonlyMap<string, ViewRecord>> | undefined;
    const served = async (view: RowSet): Promise<ServedRows> => {
      records ??= this.catalog.records();
      return this.served(view.name, await records);
    };
    return {
      load: async (view, keys) => (await served(view)).load(keys),
      find: async (view, query) => (await served(view)).find(query),
    };
  }

  /** The lowest checkpoint of some views; undefined if one of them has no live generation yet. */
  async position(views: readonly string[]): Promise<Position | undefined> {
    const records = await this.catalog.records();
    const generations = views.map((name) => this.generation(name, records));
    if (generations.includes(undefined)) return undefined;
    const positions = await Promise.all(generations.map((view) => this.rows.checkpoint(view!)));
    return Math.min(...positions);
  }

  /**
   * Wait until the live generations have processed the log up to a position. False if that takes longer than
   * `ms`.
   */
  async reached(views: readonly string[], position: Position, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    for (let poll = 0; ; poll += 1) {
      const at = views.length === 0 ? position : await this.position(views);
      if (at !== undefined && at >= position) return true;
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await this.wakers.wait(Math.min(POLLS[poll] ?? POLLS.at(-1)!, left));
    }
  }

  /** A text that identifies the current rows of some views: while it is unchanged, so are the rows. */
  async state(views: readonly string[]): Promise<string> {
    const records = await this.catalog.records();
    const states = views.map(async (name) => {
      const view = this.generation(name, records);
      if (!view) return name;
      return `${rowSetName(view)} ${String(await this.rows.revision(view))}`;
    });
    return (await Promise.all(states)).join();
  }

  /**
   * Names of the views that can be waited for: not those that have stopped, and not those whose first build is
   * paused or failed.
   */
  async waitable(): Promise<string[]> {
    const records = await this.catalog.records();
    return [...this.views.values()]
      .filter((view) => {
        const record = records.get(view.name);
        if (record && readable(view, record)) return stoppedAt(view, record) === undefined;
        return !record?.building?.paused && record?.building?.failed === undefined;
      })
      .map(({ name }) => name);
  }

  /** The views among these that have stopped, with the reasons. */
  async stopped(views: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const records = await this.catalog.records();
    return new Map(
      views.flatMap((name) => {
        const why = stoppedAt(this.view(name), records.get(name));
        return why === undefined ? [] : [[name, why] as const];
      }),
    );
  }

  /** Called when this process has projected events. */
  wake(): void {
    this.wakers.wake();
  }

  private generation(name: string, records: ReadonlyMap<string, ViewRecord>): View | undefined {
    const record = records.get(name);
    return record && readable(this.view(name), record);
  }

  private view(name: string): View {
    const view = this.views.get(name);
    if (!view) throw new Error(`there is no view ${name}`);
    return view;
  }

  private served(name: string, records: ReadonlyMap<string, ViewRecord>): ServedRows {
    const generation = this.generation(name, records);
    if (!generation) throw building(name);
    const former = this.view(name).former.find(({ view }) => view.version === generation.version);
    return new ServedRows(this.rows, generation, former?.read);
  }
}

/** The rows of one generation, converted to the current version. */
class ServedRows {
  constructor(
    private readonly rows: RowStore,
    private readonly generation: View,
    private readonly read: ((row: object) => object) | undefined,
  ) {}

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    const { read, generation } = this;
    const found = await unlessRebuilt(generation.name, this.rows.load(generation, keys));
    if (!read) return found;
    return new Map(
      [...found].map(([key, stored]) => [key, { ...stored, row: stored.row && read(stored.row) }]),
    );
  }

  async find(query?: FindRows): Promise<KeyedRow[]> {
    const { read, generation } = this;
    const isFound = (field: string): boolean => generation.indexes.includes(field);
    // An earlier version may lack an index for this query; the current version will have it.
    if (read && !Object.keys(query?.where ?? {}).every(isFound)) throw building(generation.name);
    const found = await unlessRebuilt(generation.name, this.rows.find(generation, query));
    return read ? found.map(({ key, row }) => ({ key, row: read(row) })) : found;
  }
}

import {
  type EventStore,
  type Position,
  type RecordedEvent,
  type RowReader,
  type RowSet,
  rowSetName,
  type RowStore,
  type View,
  viewsOf,
} from '@waymark/core/kernel';
import {
  ownerEpoch,
  type ProjectionState,
  Projector,
  type ProjectorOptions,
  Skips,
} from '@waymark/core/projections';
import { newEvent } from './events';

interface Events {
  ItemStored: { item: string };
  LockerEmptied: object;
  /** Known, and used by no view. */
  DoorPainted: object;
}

export const viewsOfToys = viewsOf<Events>();

/** What is in each locker; no row for an empty one. Counts, so that an event that counts twice shows. */
export const contents = viewsOfToys<{ items: readonly string[]; count: number }>({
  name: 'contents',
  version: 1,
  indexes: [],
  on: {
    ItemStored: (row, { data }) => ({
      items: [...(row?.items ?? []), data.item],
      count: (row?.count ?? 0) + 1,
    }),
    LockerEmptied: () => null,
  },
});

/** How often each item was stored, in whichever locker. */
export const popularity = viewsOfToys<{ times: number }>({
  name: 'popularity',
  version: 1,
  indexes: [],
  key: ({ data }) => (data as { item: string }).item,
  on: { ItemStored: (row) => ({ times: (row?.times ?? 0) + 1 }) },
});

export const toyViews: readonly View[] = [contents as View, popularity as View];
export const viewNames = toyViews.map(({ name }) => name);
export const known: ReadonlySet<string> = new Set(['ItemStored', 'LockerEmptied', 'DoorPainted']);

/** A view that is one of the others, but folds one type of event as it is told to. */
export const refolding = (
  of: View,
  type: string,
  fold: (row: object | null, event: RecordedEvent) => object | null,
): View => ({ ...of, on: new Map([...of.on, [type, fold]]) as View['on'] });

/** For a test may have set the clock that the projector goes by. */
const { setTimeout: realTimeout } = globalThis;

interface ProjectingOptions extends Partial<ProjectorOptions> {
  readonly views?: readonly View[];
  readonly known?: ReadonlySet<string>;
}

/** A projector of its own over some stores, with all of the views assigned to it as long as nobody owns them. */
export class Projecting {
  readonly projector: Projector;
  private readonly views: readonly View[];
  private assigned: Promise<void> | undefined;

  constructor(
    private readonly stores: { readonly events: EventStore; readonly rows: RowStore },
    { views = toyViews, known: types = known, ...options }: ProjectingOptions = {},
  ) {
    this.views = views;
    this.projector = new Projector({
      ...stores,
      unknown: ({ type, position }) =>
        types.has(type)
          ? undefined
          : `event ${type} at position ${String(position)} is not known to this version`,
      skips: new Skips(stores.events),
      now: () => '2025-09-03T16:00:00.000Z',
      ...options,
    });
  }

  async start(): Promise<void> {
    await this.assign();
    this.projector.start();
  }

  stop(): Promise<void> {
    return this.projector.stop();
  }

  async catchUp(): Promise<void> {
    await this.assign();
    await this.projector.catchUp();
  }

  states(): readonly ProjectionState[] {
    return this.projector.states();
  }

  /** Whether the rows have seen the log up to a position, within `ms`. */
  async reached(names: readonly string[], position: Position, ms: number): Promise<boolean> {
    await this.assign();
    const asked = this.views.filter(({ name }) => names.includes(name));
    for (const deadline = Date.now() + ms; ;) {
      const at = await Promise.all(asked.map((view) => this.stores.rows.checkpoint(view)));
      if (at.every((checkpoint) => checkpoint >= position)) return true;
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => realTimeout(resolve, 5));
    }
  }

  private assign(): Promise<void> {
    return (this.assigned ??= this.projector.assign(this.views.map((view) => ({ view, epoch: 0 }))));
  }
}

export const projectorOver = (...of: ConstructorParameters<typeof Projecting>): Projecting =>
  new Projecting(...of);

export const put = (store: EventStore, locker: string, ...items: string[]) =>
  store.append(
    `locker-${locker}`,
    'any',
    items.map((item) => newEvent('ItemStored', { item })),
  );
export const empty = (store: EventStore, locker: string) =>
  store.append(`locker-${locker}`, 'any', [newEvent('LockerEmptied')]);

export type Rows = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** All rows of the toy views. */
export async function rowsOf(rows: RowReader, views = toyViews): Promise<Rows> {
  const found = views.map(async (each) => {
    const keyed = (await rows.find(each)).map(({ key, row }) => [key, row] as const);
    return [each.name, Object.fromEntries(keyed)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** What the rows must be: every event once, in order, with nothing of a projector's between. */
export function folded(log: readonly RecordedEvent[], views = toyViews): Rows {
  return Object.fromEntries(
    views.map((each) => {
      const rows = new Map<string, object>();
      for (const event of log) {
        const fold = each.on.get(event.type);
        if (!fold) continue;
        const key = each.key(event);
        const row = fold(rows.get(key) ?? null, event as RecordedEvent<string, never>);
        if (row) rows.set(key, row);
        else rows.delete(key);
      }
      return [each.name, Object.fromEntries(rows)];
    }),
  );
}

/** Write a row that the log does not give, as nobody should. */
export async function tamper(rows: RowStore, set: RowSet, key: string, row: object): Promise<void> {
  const at = await rows.checkpoint(set);
  const loaded = (await rows.load(set, [key])).get(key)?.position;
  const epoch = await ownerEpoch(rows.control, rowSetName(set));
  await rows.commit(set, { from: at, to: at, epoch, changes: new Map([[key, { row, loaded }]]) });
}

/** The contents of lockers as a version of the program has them that cannot fold some items: those of the set, at the time. */
export const picky = (poison: ReadonlySet<string>): View =>
  refolding(contents as View, 'ItemStored', (row, event) => {
    const { item } = event.data as { item: string };
    if (poison.has(item)) throw new Error(`no ${item} here`);
    return contents.on.get('ItemStored')!(row as never, event as RecordedEvent<string, never>);
  });

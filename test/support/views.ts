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
  /** A known type that no view uses. */
  DoorPainted: object;
}

export const viewsOfToys = viewsOf<Events>();

/** The contents of each locker, without a row for an empty one. Items are counted, so that a repeated event shows. */
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

/** How often each item was stored, in any locker. */
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

/** A copy of a view with another fold for one type of event. */
export const refolding = (
  of: View,
  type: string,
  fold: (row: object | null, event: RecordedEvent) => object | null,
): View => ({ ...of, on: new Map([...of.on, [type, fold]]) as View['on'] });

/** The real timer, because a test may have replaced the clock that the projector uses. */
const { setTimeout: realTimeout } = globalThis;

interface ProjectingOptions extends Partial<ProjectorOptions> {
  readonly views?: readonly View[];
  readonly known?: ReadonlySet<string>;
}

/** A separate projector on some stores. All views that have no owner are assigned to it. */
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

  /** Whether the views reach a position within `ms` milliseconds. */
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

/** The expected rows: every event folded once and in order, without a projector. */
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

/** Write a wrong row, which does not follow from the log. */
export async function tamper(rows: RowStore, set: RowSet, key: string, row: object): Promise<void> {
  const at = await rows.checkpoint(set);
  const loaded = (await rows.load(set, [key])).get(key)?.position;
  const epoch = await ownerEpoch(rows.control, rowSetName(set));
  await rows.commit(set, { from: at, to: at, epoch, changes: new Map([[key, { row, loaded }]]) });
}

/** The view of contents in a program version that cannot fold the items that are in the set at that time. */
export const picky = (poison: ReadonlySet<string>): View =>
  refolding(contents as View, 'ItemStored', (row, event) => {
    const { item } = event.data as { item: string };
    if (poison.has(item)) throw new Error(`no ${item} here`);
    return contents.on.get('ItemStored')!(row as never, event as RecordedEvent<string, never>);
  });

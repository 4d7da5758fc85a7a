import { viewsOf, type EventStore, type RecordedEvent, type RowStore, type View } from '@waymark/kernel';
import { Projector, type ProjectorOptions } from '@waymark/runtime';
import { newEvent } from './events';

interface Events {
  ItemStored: { item: string };
  LockerEmptied: object;
  /** Known, and used by no view. */
  DoorPainted: object;
}

const view = viewsOf<Events>();

/** What is in each locker; no row for an empty one. Counts, so that an event that counts twice shows. */
export const contents = view<{ items: readonly string[]; count: number }>({
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
export const popularity = view<{ times: number }>({
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

export const projectorOver = (
  { events, rows }: { events: EventStore; rows: RowStore },
  options: Partial<ProjectorOptions> = {},
): Projector => new Projector({ events, rows, views: toyViews, known, ...options });

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
export async function rowsOf(rows: RowStore, views = toyViews): Promise<Rows> {
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

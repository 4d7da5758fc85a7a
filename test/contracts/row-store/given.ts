import type { Epoch, Parked, Position, RowChange, RowSet, RowStore, StoredRow } from '@waymark/core/kernel';

export interface OpenedRowStore {
  readonly store: RowStore;
  /** Close the store and open the same rows again. */
  reopen(): Promise<RowStore>;
  /** Another connection to the same rows, as another process would have; left out where there can be none. */
  second?(): Promise<RowStore>;
  close(): Promise<void>;
}

/** What the cases of the contract work on: a store of their own, with one view prepared. */
export interface Given {
  readonly store: () => RowStore;
  readonly reopen: () => Promise<RowStore>;
  readonly second: () => Promise<RowStore>;
}

export const LOCKERS: RowSet = { name: 'lockers', version: 1, indexes: ['hall', 'state'] };
export const NEXT: RowSet = { ...LOCKERS, version: 2 };
export const AGAIN: RowSet = { ...LOCKERS, generation: 2 };
export const OTHER: RowSet = { ...LOCKERS, name: 'lockers-by-hall' };

type Rows = Readonly<Record<string, object | null>>;

/** Changes of rows that were not there when they were loaded. */
export const fresh = (rows: Rows): Map<string, RowChange> =>
  new Map(Object.entries(rows).map(([key, row]) => [key, { row, loaded: undefined }]));

/** Write rows as a projector does, which has just loaded them. */
export async function write(
  store: RowStore,
  view: RowSet,
  [from, to]: readonly [Position, Position],
  rows: Rows,
  epoch: Epoch = 0,
): Promise<void> {
  const found = await store.load(view, Object.keys(rows));
  const changes = new Map(
    Object.entries(rows).map(([key, row]) => [key, { row, loaded: found.get(key)?.position }]),
  );
  await store.commit(view, { from, to, epoch, changes });
}

/** All that there is of a view: its checkpoint, and its rows by their keys. */
export async function stateOf(store: RowStore, view: RowSet): Promise<{ at: Position; rows: Rows }> {
  const rows = (await store.find(view)).map(({ key, row }) => [key, row] as const);
  return { at: await store.checkpoint(view), rows: Object.fromEntries(rows) };
}

/** A row as it is kept; undefined where there is none, whether or not the store remembers that there was. */
export async function kept(store: RowStore, key: string, view = LOCKERS): Promise<StoredRow | undefined> {
  const stored = (await store.load(view, [key])).get(key);
  return stored?.row === null && !stored.parked ? undefined : stored;
}

/** A row that no store can write. */
export function unwritable(): object {
  const row: { self?: object } = {};
  row.self = row;
  return row;
}

export const parkedAt = (position: Position, waiting = 0): Parked => ({
  event: `event-${String(position)}`,
  type: 'ItemStored',
  position,
  error: 'there is no room',
  since: '2025-09-03T16:00:00.000Z',
  waiting,
});

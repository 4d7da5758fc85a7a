import type { Epoch, Parked, Position, RowChange, RowSet, RowStore, StoredRow } from '@waymark/core/kernel';

export interface OpenedRowStore {
  readonly store: RowStore;
  /** Close the store and open the same rows again. */
  reopen(): Promise<RowStore>;
  /**
   * Another connection to the same rows, as from another process; undefined if the store does not support it.
   */
  second?(): Promise<RowStore>;
  close(): Promise<void>;
}

/** What the cases of the contract use: a store of their own with one prepared view. */
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

/** Changes of rows that did not exist when they were loaded. */
export const fresh = (rows: Rows): Map<string, RowChange> =>
  new Map(Object.entries(rows).map(([key, row]) => [key, { row, loaded: undefined }]));

/** Write rows like a projector that has just loaded them. */
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

/** The complete state of a view: its checkpoint, and its rows by key. */
export async function stateOf(store: RowStore, view: RowSet): Promise<{ at: Position; rows: Rows }> {
  const rows = (await store.find(view)).map(({ key, row }) => [key, row] as const);
  return { at: await store.checkpoint(view), rows: Object.fromEntries(rows) };
}

/** A stored row; undefined if it does not exist, whether or not the store keeps its position. */
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

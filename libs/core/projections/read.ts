import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FindRows, RowReader, View } from '@waymark/core/kernel';

/** Page size for iterating over a view, in rows: small enough to keep the delay for other requests short. */
const PAGE = 200;

export interface Found<Row> {
  readonly key: string;
  readonly row: Row;
}

/** Rows of a view, ordered by key. */
export const find = async <Row extends object>(
  rows: RowReader,
  view: View<Row>,
  query?: FindRows,
): Promise<Found<Row>[]> => (await rows.find(view, query)) as Found<Row>[];

export const one = async <Row extends object>(
  rows: RowReader,
  view: View<Row>,
  key: string,
): Promise<Row | undefined> =>
  ((await rows.load(view, [key])).get(key)?.row as Row | null | undefined) ?? undefined;

/** All rows of a view, or all that match `where`. */
export async function* every<Row extends object>(
  rows: RowReader,
  view: View<Row>,
  where: FindRows['where'] = {},
): AsyncGenerator<Found<Row>> {
  let after: string | undefined;
  for (;;) {
    const page = await find(rows, view, { where, limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.key;
    await nextTurn();
  }
}

/** All rows of a view, by key. */
export async function byKey<Row extends object>(rows: RowReader, view: View<Row>): Promise<Map<string, Row>> {
  const found = new Map<string, Row>();
  for await (const { key, row } of every(rows, view)) found.set(key, row);
  return found;
}

/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Pass it as `after` to get the next page; absent on the last page. */
  readonly next?: string;
}

export interface PageOf {
  readonly after?: string;
  readonly limit?: number;
}

/** Cut a page out of items that are sorted by key. */
export function paged<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { after, limit = 100 }: PageOf,
): Page<Item> {
  const left = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return last !== undefined && page.length < left.length
    ? { items: page, next: keyOf(last) }
    : { items: page };
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Type } from 'class-transformer';
import { invalid, IsCursor, IsWhole, Optional } from '@waymark/core/fields';
import { type Page, paged, type PageOf } from '@waymark/core/projections';

const DEFAULT_LIMIT = 100;

/** Query parameters of a question whose answer comes in pages. */
export class PageParameters implements PageOf {
  @Optional() @Type(() => Number) @IsWhole(1, 1000, DEFAULT_LIMIT) limit?: number;
  /** The value of `next` from the previous page. */
  @Optional() @IsCursor() after?: string;
}

/** Select a page of items, in the order of their keys. */
export const pageByKey = <Item extends { readonly key: string }>(
  items: readonly Item[],
  page: PageOf,
): Page<Item> => paged(items, ({ key }) => key, page);

/** Number of items that are checked at once. */
const AT_ONCE = 64;

/**
 * Select a page of the items that may be shown, in the order of their keys. `show` returns what is shown of an item, or
 * undefined if it may not be shown. It is called only for as many items as the page needs.
 */
export async function pageOfShown<Item extends { readonly key: string }, Shown>(
  items: readonly Item[],
  { limit = DEFAULT_LIMIT, after = '' }: PageOf,
  show: (item: Item) => Promise<Shown | undefined>,
): Promise<Page<Shown>> {
  const left = items.filter(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1));
  const page: Shown[] = [];
  let next = '';
  for (let at = 0; at < left.length; at += AT_ONCE) {
    const some = left.slice(at, at + AT_ONCE);
    for (const [index, shown] of (await Promise.all(some.map(show))).entries()) {
      if (shown === undefined) continue;
      if (page.length === limit) return { items: page, next };
      page.push(shown);
      next = some[index]!.key;
    }
    await nextTurn();
  }
  return { items: page };
}

/**
 * Select a page of items in another order. `begin` returns the index of the first item after a cursor, or -1 for an
 * invalid cursor. `cursor` makes the cursor of a page from its last item and the index after it.
 */
export function pageFrom<Item>(
  items: readonly Item[],
  { limit = DEFAULT_LIMIT, after }: PageOf,
  firstAfter: (after: string) => number,
  cursor: (last: Item, end: number) => string,
): Page<Item> {
  const from = after === undefined ? 0 : firstAfter(after);
  if (from < 0) {
    throw invalid([
      { field: 'after', code: 'WRONG_FORM', message: 'must be the value of next from the previous page' },
    ]);
  }
  const page = items.slice(from, from + limit);
  const last = page.at(-1);
  const end = from + page.length;
  return last !== undefined && end < items.length
    ? { items: page, next: cursor(last, end) }
    : { items: page };
}

/** Parses a numeric cursor; -1 if it is invalid. */
export const numeral = (after: string): number => (/^\d{1,15}$/.test(after) ? Number(after) : -1);

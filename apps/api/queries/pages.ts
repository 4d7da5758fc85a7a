import { invalid } from '@waymark/core/fields';
import { type Page, paged, type PageOf } from '@waymark/core/projections';

const USUAL = 100;

/** Cut a page out of items with keys, in the order of these. */
export const pageByKey = <Item extends { readonly key: string }>(
  items: readonly Item[],
  page: PageOf,
): Page<Item> => paged(items, ({ key }) => key, page);

/** Cut a page out of items in another order. `begin` is where the items after a cursor begin; -1 where it is none. */
export function pageFrom<Item>(
  items: readonly Item[],
  { limit = USUAL, after }: PageOf,
  begin: (after: string) => number,
  cursor: (last: Item, end: number) => string,
): Page<Item> {
  const from = after === undefined ? 0 : begin(after);
  if (from < 0) {
    throw invalid([
      { field: 'after', code: 'WRONG_FORM', message: 'must be what next was in the page before' },
    ]);
  }
  const page = items.slice(from, from + limit);
  const last = page.at(-1);
  const end = from + page.length;
  return last !== undefined && end < items.length
    ? { items: page, next: cursor(last, end) }
    : { items: page };
}

/** A cursor that is a number; -1 where it is none. */
export const numeral = (after: string): number => (/^\d{1,15}$/.test(after) ? Number(after) : -1);

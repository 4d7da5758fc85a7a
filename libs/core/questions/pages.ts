import { Type } from 'class-transformer';
import { invalid, IsText, IsWhole, Optional } from '@waymark/core/fields';
import { type Page, paged, type PageOf } from '@waymark/core/projections';

const USUAL = 100;

/** Parameters of a question whose answer comes in pages. */
export class PageParameters implements PageOf {
  @Optional() @Type(() => Number) @IsWhole(1, 1000, USUAL) limit?: number;
  /** What `next` was in the page before. */
  @Optional() @IsText('', 200) after?: string;
}

/** Cut a page out of items with keys, in the order of the keys. */
export const pageByKey = <Item extends { readonly key: string }>(
  items: readonly Item[],
  page: PageOf,
): Page<Item> => paged(items, ({ key }) => key, page);

/**
 * Cut a page out of items in another order. `begin` gives the index of the first item after a cursor, or -1 where the
 * cursor is invalid. `cursor` makes the cursor of a page from its last item and the index after it.
 */
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

/** A cursor that is a number; -1 where it is invalid. */
export const numeral = (after: string): number => (/^\d{1,15}$/.test(after) ? Number(after) : -1);

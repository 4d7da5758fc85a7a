import {
  type FindRows,
  type KeyedRow,
  type RowReader,
  type RowSet,
  rowSetName,
  RowsGone,
  type StoredRow,
  type View,
} from '@waymark/core/kernel';
import { frozen } from './view-spec';

type Kept = readonly [set: RowSet, rows: Readonly<Record<string, object | null>>];

/** Rows of a view by key, for {@link rowsOf}; null for a deleted row. */
export const kept = <Row extends object>(
  view: View<Row>,
  rows: Readonly<Record<string, NoInfer<Row> | null>>,
): Kept => [view, rows];

/** Reads these rows like a row store that has processed the log up to position 1. The contract tests apply to it. */
export function rowsOf(...views: readonly Kept[]): RowReader {
  const sets = new Map(
    views.map(([set, rows]) => [
      rowSetName(set),
      Object.entries(rows)
        .map(([key, row]) => ({ key, row: frozen(JSON.parse(JSON.stringify(row)) as object | null) }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
    ]),
  );
  const all = (set: RowSet): readonly { readonly key: string; readonly row: object | null }[] => {
    const found = sets.get(rowSetName(set));
    if (!found) throw new RowsGone(set);
    return found;
  };
  return {
    load: async (set, keys) => {
      const asked = new Set(keys);
      const found = all(set).filter(({ key }) => asked.has(key));
      return new Map(found.map(({ key, row }): [string, StoredRow] => [key, { row, position: 1 }]));
    },
    find: async (set, { where = {}, after, limit }: FindRows = {}) => {
      const other = Object.keys(where).filter((field) => !set.indexes.includes(field));
      if (other.length > 0) throw new Error(`${set.name} has no index on ${other.join(', ')}`);
      return all(set)
        .filter((each): each is KeyedRow => each.row !== null)
        .filter(({ row }) =>
          Object.entries(where).every(([field, value]) => (row as Record<string, unknown>)[field] === value),
        )
        .filter(({ key }) => after === undefined || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
        .slice(0, limit);
    },
  };
}

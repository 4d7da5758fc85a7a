import {
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  type Collection,
  type Filter,
  MongoBulkWriteError,
} from 'mongodb';
import type { FindRows, Parked, Position, RowChange, RowSet } from '@waymark/core/kernel';
import { DUPLICATE_KEY, inTime } from '../connection';

/** A row as a document. One that was deleted stays, without a row: its position says which events it has seen. */
export interface StoredDocument {
  readonly _id: string;
  readonly position: Position;
  readonly row: object | null;
  readonly parked?: Parked;
}

export type Rows = Collection<StoredDocument>;

/** Few documents have it: an index that holds only those. */
export const PARKED = { 'parked.position': 1 } as const;

/** Rows that are written in one command: few enough that it is answered in time. */
const ROWS_AT_ONCE = 5_000;

/** Equality of one field, in the order of the keys. */
export const indexOn = (field: string): Record<string, 1> => ({ [`row.${field}`]: 1, _id: 1 });

/** A collection's name takes all but a few characters; those of row sets are kept apart from the others by the prefix. */
export const collectionName = (rowSet: string): string =>
  `rows.${rowSet.replaceAll(/[^\w@.-]/gu, encodeURIComponent)}`;

/** What a value is as JSON, which is all that a row can be. */
export const asJson = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/** The query, and the index that it goes by, so that it never reads a collection from end to end for want of one. */
export function finding(
  view: RowSet,
  { where = {}, after }: FindRows,
): { filter: Filter<StoredDocument>; hint: Record<string, 1> } {
  const fields = Object.keys(where);
  for (const field of fields) {
    if (!view.indexes.includes(field)) throw new Error(`view ${view.name} declares no index on ${field}`);
  }
  const first = view.indexes.find((field) => fields.includes(field));
  const filter = {
    ...Object.fromEntries(fields.map((field) => [`row.${field}`, { $eq: where[field] }])),
    ...(after === undefined ? {} : { _id: { $gt: after } }),
    row: { $ne: null },
  };
  return {
    filter: filter as Filter<StoredDocument>,
    hint: first === undefined ? { _id: 1 } : indexOn(first),
  };
}

/** The write that a change is: it does nothing where the row is no longer as it was loaded. */
export function guarded(
  key: string,
  { row, parked, loaded }: RowChange,
  to: Position,
): AnyBulkWriteOperation<StoredDocument> {
  const replacement = { position: to, row: row && asJson(row), ...(parked ? { parked } : {}) };
  return loaded === undefined
    ? { insertOne: { document: { _id: key, ...replacement } } }
    : { replaceOne: { filter: { _id: key, position: loaded }, replacement } };
}

/** False where some rows were no longer as they were loaded; others may be written. */
export async function writeAll(
  rows: Rows,
  writes: readonly AnyBulkWriteOperation<StoredDocument>[],
): Promise<boolean> {
  for (let at = 0; at < writes.length; at += ROWS_AT_ONCE) {
    if (!(await writeSome(rows, writes.slice(at, at + ROWS_AT_ONCE)))) return false;
  }
  return true;
}

async function writeSome(
  rows: Rows,
  writes: readonly AnyBulkWriteOperation<StoredDocument>[],
): Promise<boolean> {
  const done = await rows.bulkWrite(writes, { ordered: false, ...inTime() }).catch(partlyDone);
  const refused = done.getWriteErrors();
  const other = refused.find(({ code }) => code !== DUPLICATE_KEY);
  // In words of our own: the driver's error holds the rows.
  if (other) throw new Error(`MongoDB refuses to write a row, with error ${String(other.code)}`);
  return refused.length === 0 && done.insertedCount + done.matchedCount === writes.length;
}

/** What was done of a bulk write that was refused in part; what went wrong altogether is thrown again. */
function partlyDone(error: unknown): BulkWriteResult {
  if (error instanceof MongoBulkWriteError && [error.writeErrors].flat().length > 0) return error.result;
  throw error;
}

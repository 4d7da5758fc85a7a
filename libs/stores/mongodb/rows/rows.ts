import {
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  type Collection,
  type Filter,
  MongoBulkWriteError,
} from 'mongodb';
import type { FindRows, Parked, Position, RowChange, RowSet } from '@waymark/core/kernel';
import { DUPLICATE_KEY, inTime } from '../connection';

/**
 * A row as a document. A deleted row keeps its document, without the row: its position shows which events it
 * reflects.
 */
export interface StoredDocument {
  readonly _id: string;
  readonly position: Position;
  readonly row: object | null;
  readonly parked?: Parked;
}

export type Rows = Collection<StoredDocument>;

/** A sparse index: few documents have the field. */
export const PARKED = { 'parked.position': 1 } as const;

/** Maximum number of rows in one command, so that it completes within the time limit. */
const ROWS_PER_COMMAND = 5_000;

/** Index for equality of one field, ordered by key. */
export const indexOn = (field: string): Record<string, 1> => ({ [`row.${field}`]: 1, _id: 1 });

/**
 * Collection names may contain all but a few characters. The prefix separates row sets from other collections.
 */
export const collectionName = (rowSet: string): string =>
  `rows.${rowSet.replaceAll(/[^\w@.-]/gu, encodeURIComponent)}`;

/** The value's JSON form: rows contain nothing else. */
export const asJson = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/** The query and the index hint, so that a missing index cannot lead to a full collection scan. */
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

/** The write for a change; it has no effect if the row has changed since it was loaded. */
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

/** False if some rows have changed since they were loaded; the others may have been written. */
export async function writeAll(
  rows: Rows,
  writes: readonly AnyBulkWriteOperation<StoredDocument>[],
): Promise<boolean> {
  for (let at = 0; at < writes.length; at += ROWS_PER_COMMAND) {
    if (!(await writeSome(rows, writes.slice(at, at + ROWS_PER_COMMAND)))) return false;
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
  // Not the driver's error, because it contains the rows.
  if (other) throw new Error(`MongoDB refused to write a row, with error ${String(other.code)}`);
  return refused.length === 0 && done.insertedCount + done.matchedCount === writes.length;
}

/** The result of a partially refused bulk write. If the whole command failed, the error is thrown. */
function partlyDone(error: unknown): BulkWriteResult {
  if (error instanceof MongoBulkWriteError && [error.writeErrors].flat().length > 0) return error.result;
  throw error;
}

import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import {
  CheckpointMoved,
  type Epoch,
  Fenced,
  type FindRows,
  type KeyedRow,
  type Parked,
  type Position,
  type RowBatch,
  type RowChange,
  type RowSet,
  rowSetName,
  RowsGone,
  type RowStore,
  START,
  type StoredRow,
} from '@waymark/core/kernel';
import { asPromise } from '../../shared/as-promise';
import { ensureSchema } from './schema';
import { SqliteControlStore } from './sqlite-control-store';
import { createIndexes, createTable, missingIndexes, type RowTable, type StoredText, Tables } from './tables';
import { privateFile } from '../../shared/private-file';

/** Maximum number of rows in one transaction. */
const ROWS_PER_TRANSACTION = 200;
/**
 * Size of the cache of parsed rows, in characters of JSON: enough for two years' pupils, which the KPIs are
 * computed from.
 */
const CACHE_SIZE = 40_000_000;
/** Rolls back a transaction because another writer came first. */
const CONFLICT = new Error();

export interface SqliteRowStoreOptions {
  /**
   * Reset a file with another release's schema. If left out, such a file is refused as
   * `VIEWS_OF_ANOTHER_RELEASE`.
   */
  readonly reset?: boolean;
}

/** A queued batch with its rows as text. */
interface QueuedBatch {
  readonly view: RowSet;
  readonly table: RowTable;
  readonly batch: Omit<RowBatch, 'changes'>;
  readonly rows: readonly TextChange[];
  /** Whether this part moves the checkpoint. */
  readonly last: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface TextChange {
  readonly key: string;
  readonly doc: string | null;
  readonly parked: string | null;
  readonly loaded: Position | undefined;
}

interface Checkpoint {
  readonly position: Position;
  readonly epoch: Epoch;
  readonly revision: number;
}

/**
 * Views' rows in one SQLite file: a table for each generation of a view, rows as JSON, and an index for each
 * searchable field. Rows and checkpoint are written in one transaction, except for large batches.
 * `synchronous = NORMAL`: after a power failure the last commits may be missing, rows and checkpoint together.
 * They are projected again from the log.
 */
export class SqliteRowStore implements RowStore {
  readonly control: SqliteControlStore;
  private readonly db: Database.Database;
  private readonly tables: Tables;
  private readonly checkpoints: Database.Statement<[string], Checkpoint>;
  private readonly move: Database.Statement<[Position, Epoch, number, string, Position, Epoch]>;
  private queue: QueuedBatch[] = [];
  /** Cache of parsed rows: figures read all rows, and few of them change between queries. */
  private readonly parsedRows = new LRUCache<string, { readonly doc: string; readonly row: object }>({
    maxSize: CACHE_SIZE,
    sizeCalculation: ({ doc }) => doc.length,
  });

  constructor(file: string, { reset = false }: SqliteRowStoreOptions = {}) {
    this.db = opened(file, reset);
    this.control = new SqliteControlStore(this.db);
    this.tables = new Tables(this.db);
    this.checkpoints = this.db.prepare('SELECT position, epoch, revision FROM checkpoints WHERE view = ?');
    this.move = this.db.prepare(
      `UPDATE checkpoints SET position = ?, epoch = ?, revision = revision + ?
       WHERE view = ? AND position = ? AND epoch <= ?`,
    );
  }

  prepare(view: RowSet, indexes: 'now' | 'later' = 'now'): Promise<void> {
    return asPromise(() => {
      // Run each time, because another process may have dropped the view. IMMEDIATE, because a transaction that
      // starts with a read cannot wait for another process's write when it comes to write itself.
      this.db
        .transaction(() => {
          createTable(this.db, view);
          if (indexes === 'now') createIndexes(this.db, view);
          this.db
            .prepare('INSERT INTO checkpoints VALUES (?, ?, 0, 0) ON CONFLICT DO NOTHING')
            .run(rowSetName(view), START);
        })
        .immediate();
    });
  }

  index(view: RowSet): Promise<void> {
    return asPromise(() => this.db.transaction(() => createIndexes(this.db, view)).immediate());
  }

  missingIndexes(view: RowSet): Promise<string[]> {
    return asPromise(() => missingIndexes(this.db, view));
  }

  checkpoint(view: RowSet): Promise<Position> {
    return asPromise(() => this.checkpointOf(view)?.position ?? START);
  }

  revision(view: RowSet): Promise<number> {
    return asPromise(() => this.checkpointOf(view)?.revision ?? 0);
  }

  fence(view: RowSet, epoch: Epoch): Promise<Position> {
    return asPromise(() => {
      const raised = this.db
        .prepare<[Epoch, string, Epoch], { position: Position }>(
          'UPDATE checkpoints SET epoch = ? WHERE view = ? AND epoch <= ? RETURNING position',
        )
        .get(epoch, rowSetName(view), epoch);
      if (raised) return raised.position;
      const at = this.checkpointOf(view);
      throw at ? new Fenced(view.name, epoch, at.epoch) : new RowsGone(view);
    });
  }

  load(view: RowSet, keys: readonly string[]): Promise<Map<string, StoredRow>> {
    return asPromise(() =>
      this.orGone(view, () => {
        const { get } = this.tables.of(view);
        const rows = new Map<string, StoredRow>();
        for (const key of keys) {
          const found = get.get(key);
          if (found) rows.set(key, stored(found));
        }
        return rows;
      }),
    );
  }

  async commit(view: RowSet, { changes, ...batch }: RowBatch): Promise<void> {
    const rows = [...changes];
    // A transaction blocks the event loop. Large batches are written ahead in small parts, and only the last
    // part moves the checkpoint. The positions of rows written ahead show that, so their events are skipped if
    // the batch is interrupted.
    while (rows.length > ROWS_PER_TRANSACTION)
      await this.enqueue(view, batch, rows.splice(0, ROWS_PER_TRANSACTION), false);
    await this.enqueue(view, batch, rows, true);
  }

  find(view: RowSet, { where = {}, after, limit = -1 }: FindRows = {}): Promise<KeyedRow[]> {
    return asPromise(() => {
      const fields = Object.keys(where);
      for (const field of fields) {
        if (!view.indexes.includes(field)) throw new Error(`view ${view.name} declares no index on ${field}`);
      }
      const values = [...Object.values(where), ...(after === undefined ? [] : [after]), limit];
      const rows = this.orGone(view, () =>
        this.tables.finder(view, fields, after !== undefined).all(...values),
      );
      return rows.map(({ key, doc }) => ({ key, row: this.parsed(rowSetName(view), key, doc) }));
    });
  }

  parked(view: RowSet): Promise<{ key: string; parked: Parked }[]> {
    return asPromise(() => {
      const parked = this.checkpointOf(view) ? this.tables.of(view).parked.all() : [];
      return parked.map(({ key, parked: text }) => ({ key, parked: JSON.parse(text) as Parked }));
    });
  }

  size(view: RowSet): Promise<{ rows: number; bytes: number }> {
    return asPromise(
      () => (this.checkpointOf(view) && this.tables.of(view).size.get()) ?? { rows: 0, bytes: 0 },
    );
  }

  names(): Promise<readonly string[]> {
    return asPromise(() =>
      this.db.prepare<[], string>('SELECT view FROM checkpoints ORDER BY view').pluck().all(),
    );
  }

  drop(view: RowSet): Promise<void> {
    return asPromise(() =>
      this.db
        .transaction(() => {
          this.tables.drop(view);
          this.db.prepare('DELETE FROM checkpoints WHERE view = ?').run(rowSetName(view));
        })
        .immediate(),
    );
  }

  /** Copy all views to another file while they are in use. */
  async copyTo(file: string): Promise<void> {
    await this.db.backup(privateFile(file));
  }

  close(): Promise<void> {
    return asPromise(() => {
      this.write();
      this.db.close();
    });
  }

  private enqueue(
    view: RowSet,
    batch: QueuedBatch['batch'],
    changes: readonly (readonly [string, RowChange])[],
    last: boolean,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      // Serialise here and not in the transaction: a row that cannot be serialised must not fail other views'
      // batches.
      const rows = changes.map(([key, { row, parked, loaded }]) => ({
        key,
        doc: row && JSON.stringify(row),
        parked: parked ? JSON.stringify(parked) : null,
        loaded,
      }));
      const table = this.orGone(view, () => this.tables.of(view));
      const waiting = { view, table, batch, rows, last, resolve, reject };
      if (this.queue.push(waiting) === 1) setImmediate(() => this.write());
    });
  }

  /** Write all queued batches in one transaction; each succeeds or fails as a whole. */
  private write(): void {
    const waiting = this.queue;
    this.queue = [];
    if (waiting.length === 0) return;
    let answers: (() => void)[];
    try {
      answers = this.db.transaction(() => waiting.map((one) => this.writeOne(one))).immediate();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      return;
    }
    for (const answer of answers) answer();
  }

  private writeOne({ view, table, batch, rows, last, resolve, reject }: QueuedBatch): () => void {
    const { from, to, epoch, ahead = false } = batch;
    // Also for a partial write: a read between the parts sees different rows than a read after them.
    const changed = rows.length > 0 || ahead ? 1 : 0;
    try {
      // A nested transaction (savepoint), so that a conflict rolls back only this batch.
      this.db.transaction(() => {
        const { changes } = this.move.run(last ? to : from, epoch, changed, rowSetName(view), from, epoch);
        if (changes === 0 || !rows.every((row) => writeRow(table, row, to))) throw CONFLICT;
      })();
      return resolve;
    } catch (error) {
      if (error !== CONFLICT) throw error;
      // Read after the rollback: before it, the checkpoint is where this batch moved it.
      const refusal = this.conflict(view, from, epoch);
      return () => reject(refusal);
    }
  }

  private conflict(view: RowSet, from: Position, epoch: Epoch): CheckpointMoved | Fenced | RowsGone {
    const actual = this.checkpointOf(view);
    if (!actual) return new RowsGone(view);
    return actual.epoch > epoch
      ? new Fenced(view.name, epoch, actual.epoch)
      : new CheckpointMoved(view.name, from, actual.position);
  }

  /** Parse a row. The result is frozen, because several callers may share it. */
  private parsed(rows: string, key: string, doc: string): object {
    const name = `${rows} ${key}`;
    const before = this.parsedRows.get(name);
    if (before?.doc === doc) return before.row;
    const row = Object.freeze(JSON.parse(doc) as object);
    this.parsedRows.set(name, { doc, row });
    return row;
  }

  /** Run work on a view's table; throws {@link RowsGone} if it fails because the view does not exist. */
  private orGone<T>(view: RowSet, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.checkpointOf(view) ? error : new RowsGone(view);
    }
  }

  private checkpointOf(view: RowSet): Checkpoint | undefined {
    return this.checkpoints.get(rowSetName(view));
  }
}

/** Open a file and make sure that it has this release's schema. */
function opened(file: string, reset: boolean): Database.Database {
  const db = new Database(privateFile(file));
  try {
    for (const pragma of ['busy_timeout = 10000', 'journal_mode = WAL', 'synchronous = NORMAL'])
      db.pragma(pragma);
    db.transaction(() => ensureSchema(db, reset)).immediate();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** False if the row has changed since it was loaded. A deleted row keeps its position. */
function writeRow(table: RowTable, { key, doc, parked, loaded }: TextChange, to: Position): boolean {
  const { changes } =
    loaded === undefined
      ? table.insert.run(key, doc, to, parked)
      : table.update.run(doc, to, parked, key, loaded);
  return changes === 1;
}

const stored = ({ doc, position, parked }: StoredText): StoredRow => ({
  row: doc === null ? null : (JSON.parse(doc) as object),
  position,
  ...(parked === null ? {} : { parked: JSON.parse(parked) as Parked }),
});

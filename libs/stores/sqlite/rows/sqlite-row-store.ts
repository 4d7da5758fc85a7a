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
import { settled } from '../../shared/settled';
import { takeForm } from './form';
import { SqliteControlStore } from './sqlite-control-store';
import { createIndexes, createTable, missingIndexes, type RowTable, type StoredText, Tables } from './tables';

/** Rows written in one transaction. */
const AT_ONCE = 200;
/** Characters of rows that are kept as they were found: of two years' pupils, all that KPIs are added up from. */
const FOUND = 40_000_000;
/** Ends a transaction that another writer came before. */
const BEATEN = new Error();

export interface SqliteRowStoreOptions {
  /** Begin a file anew that another release wrote in a form of its own. Refused as `VIEWS_OF_ANOTHER_RELEASE`, if left out. */
  readonly anew?: boolean;
}

/** A batch that waits to be written, its rows as text. */
interface Waiting {
  readonly view: RowSet;
  readonly table: RowTable;
  readonly batch: Omit<RowBatch, 'changes'>;
  readonly rows: readonly TextChange[];
  /** Moves the checkpoint. */
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
 * Views' rows in one SQLite file: a table for each generation of a view, its rows as JSON, an index for each field that it is
 * searched by. Rows and checkpoint are written in one transaction, but for large batches.
 *
 * `synchronous = NORMAL`: after a power cut the last commits may be missing, rows and checkpoint together, and are
 * projected again from the log.
 */
export class SqliteRowStore implements RowStore {
  readonly control: SqliteControlStore;
  private readonly db: Database.Database;
  private readonly tables: Tables;
  private readonly checkpoints: Database.Statement<[string], Checkpoint>;
  private readonly move: Database.Statement<[Position, Epoch, number, string, Position, Epoch]>;
  private queue: Waiting[] = [];
  /** Rows that were found lately, for figures go through all of them, and few change from one question to the next. */
  private readonly found = new LRUCache<string, { readonly doc: string; readonly row: object }>({
    maxSize: FOUND,
    sizeCalculation: ({ doc }) => doc.length,
  });

  constructor(file: string, { anew = false }: SqliteRowStoreOptions = {}) {
    this.db = opened(file, anew);
    this.control = new SqliteControlStore(this.db);
    this.tables = new Tables(this.db);
    this.checkpoints = this.db.prepare('SELECT position, epoch, revision FROM checkpoints WHERE view = ?');
    this.move = this.db.prepare(
      `UPDATE checkpoints SET position = ?, epoch = ?, revision = revision + ?
       WHERE view = ? AND position = ? AND epoch <= ?`,
    );
  }

  prepare(view: RowSet, indexes: 'now' | 'later' = 'now'): Promise<void> {
    return settled(() => {
      // Each time, since another process may have dropped the view; and immediate, since a transaction that
      // begins by reading cannot wait for another process's write once it comes to its own.
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
    return settled(() => this.db.transaction(() => createIndexes(this.db, view)).immediate());
  }

  missingIndexes(view: RowSet): Promise<string[]> {
    return settled(() => missingIndexes(this.db, view));
  }

  checkpoint(view: RowSet): Promise<Position> {
    return settled(() => this.where(view)?.position ?? START);
  }

  revision(view: RowSet): Promise<number> {
    return settled(() => this.where(view)?.revision ?? 0);
  }

  fence(view: RowSet, epoch: Epoch): Promise<Position> {
    return settled(() => {
      const raised = this.db
        .prepare<[Epoch, string, Epoch], { position: Position }>(
          'UPDATE checkpoints SET epoch = ? WHERE view = ? AND epoch <= ? RETURNING position',
        )
        .get(epoch, rowSetName(view), epoch);
      if (raised) return raised.position;
      const at = this.where(view);
      throw at ? new Fenced(view.name, epoch, at.epoch) : new RowsGone(view);
    });
  }

  load(view: RowSet, keys: readonly string[]): Promise<Map<string, StoredRow>> {
    return settled(() =>
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
    // A transaction keeps everything else waiting: of many rows, all but the last are written ahead, a few at a time.
    // What is written ahead says so by its position, and is passed over should the batch not come to its end.
    while (rows.length > AT_ONCE) await this.enqueue(view, batch, rows.splice(0, AT_ONCE), false);
    await this.enqueue(view, batch, rows, true);
  }

  find(view: RowSet, { where = {}, after, limit = -1 }: FindRows = {}): Promise<KeyedRow[]> {
    return settled(() => {
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
    return settled(() => {
      const parked = this.where(view) ? this.tables.of(view).parked.all() : [];
      return parked.map(({ key, parked: text }) => ({ key, parked: JSON.parse(text) as Parked }));
    });
  }

  size(view: RowSet): Promise<{ rows: number; bytes: number }> {
    return settled(() => (this.where(view) && this.tables.of(view).size.get()) ?? { rows: 0, bytes: 0 });
  }

  names(): Promise<readonly string[]> {
    return settled(() =>
      this.db.prepare<[], string>('SELECT view FROM checkpoints ORDER BY view').pluck().all(),
    );
  }

  drop(view: RowSet): Promise<void> {
    return settled(() =>
      this.db
        .transaction(() => {
          this.tables.drop(view);
          this.db.prepare('DELETE FROM checkpoints WHERE view = ?').run(rowSetName(view));
        })
        .immediate(),
    );
  }

  /** Copy all views to another file, while they are in use. */
  async copyTo(file: string): Promise<void> {
    await this.db.backup(file);
  }

  close(): Promise<void> {
    return settled(() => {
      this.write();
      this.db.close();
    });
  }

  private enqueue(
    view: RowSet,
    batch: Waiting['batch'],
    changes: readonly (readonly [string, RowChange])[],
    last: boolean,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      // Here and not in the transaction: what cannot be written must not fail the views it would share it with.
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

  /** Write the batches of all views that are waiting, in one transaction: each whole, or not at all. */
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

  private writeOne({ view, table, batch, rows, last, resolve, reject }: Waiting): () => void {
    const { from, to, epoch, ahead = false } = batch;
    // Also of a part alone: who reads between it and the rest has read other rows than who reads after.
    const changed = rows.length > 0 || ahead ? 1 : 0;
    try {
      // A transaction within the transaction: what does not fit takes nothing else with it.
      this.db.transaction(() => {
        const { changes } = this.move.run(last ? to : from, epoch, changed, rowSetName(view), from, epoch);
        if (changes === 0 || !rows.every((row) => writeRow(table, row, to))) throw BEATEN;
      })();
      return resolve;
    } catch (error) {
      if (error !== BEATEN) throw error;
      // Asked once it is undone: until then the checkpoint is where this batch moved it.
      const refusal = this.moved(view, from, epoch);
      return () => reject(refusal);
    }
  }

  private moved(view: RowSet, from: Position, epoch: Epoch): CheckpointMoved | Fenced | RowsGone {
    const actual = this.where(view);
    if (!actual) return new RowsGone(view);
    return actual.epoch > epoch
      ? new Fenced(view.name, epoch, actual.epoch)
      : new CheckpointMoved(view.name, from, actual.position);
  }

  /** What a row's text says. It may be given to several who ask: nobody changes it. */
  private parsed(rows: string, key: string, doc: string): object {
    const name = `${rows} ${key}`;
    const before = this.found.get(name);
    if (before?.doc === doc) return before.row;
    const row = Object.freeze(JSON.parse(doc) as object);
    this.found.set(name, { doc, row });
    return row;
  }

  /** What is done with a view's table; {@link RowsGone} where that cannot be done for there is none. */
  private orGone<T>(view: RowSet, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.where(view) ? error : new RowsGone(view);
    }
  }

  private where(view: RowSet): Checkpoint | undefined {
    return this.checkpoints.get(rowSetName(view));
  }
}

/** A file with its tables in the form of this release. */
function opened(file: string, anew: boolean): Database.Database {
  const db = new Database(file);
  try {
    for (const pragma of ['busy_timeout = 10000', 'journal_mode = WAL', 'synchronous = NORMAL'])
      db.pragma(pragma);
    db.transaction(() => takeForm(db, anew)).immediate();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** False where the row is not as it was when it was loaded. A row that is deleted keeps its position. */
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

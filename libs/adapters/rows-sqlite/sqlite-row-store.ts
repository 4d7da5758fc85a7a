import Database from 'better-sqlite3';
import {
  CheckpointMoved,
  START,
  type FindRows,
  type KeyedRow,
  type Position,
  type RowChanges,
  type RowSet,
  type RowStore,
} from '@waymark/kernel';
import { settled } from '../shared/settled';

interface Statements {
  readonly get: Database.Statement<[string], { doc: string }>;
  readonly put: Database.Statement<[string, string]>;
  readonly remove: Database.Statement<[string]>;
}

/** What a projector wants written of one view. */
interface Batch {
  readonly view: RowSet;
  readonly statements: Statements;
  readonly from: Position;
  readonly to: Position;
  readonly rows: readonly (readonly [key: string, doc: string | null])[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Views' rows in one SQLite file: a table for each version of a view, its rows as JSON, an index for each field
 * that it is searched by. Rows and checkpoint are written in one transaction.
 *
 * `synchronous = NORMAL`: after a power cut the last commits may be missing, rows and checkpoint together, and are
 * projected again from the log.
 */
export class SqliteRowStore implements RowStore {
  private readonly db: Database.Database;
  private readonly statements = new Map<string, Statements>();
  private readonly move: Database.Statement<[number, string, number]>;
  private queue: Batch[] = [];
  private readonly finds = new Map<string, Database.Statement<unknown[], { key: string; doc: string }>>();

  constructor(file: string) {
    this.db = new Database(file);
    for (const pragma of ['busy_timeout = 10000', 'journal_mode = WAL', 'synchronous = NORMAL'])
      this.db.pragma(pragma);
    this.db.exec(
      'CREATE TABLE IF NOT EXISTS checkpoints (view TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.move = this.db.prepare('UPDATE checkpoints SET position = ? WHERE view = ? AND position = ?');
  }

  prepare(view: RowSet): Promise<void> {
    return settled(() => {
      // Each time, since another process may have dropped the view; and immediate, since a transaction that
      // begins by reading cannot wait for another process's write once it comes to its own.
      this.db
        .transaction(() => {
          this.db.exec(
            `CREATE TABLE IF NOT EXISTS ${table(view)} (key TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID`,
          );
          for (const field of view.indexes) {
            this.db.exec(
              `CREATE INDEX IF NOT EXISTS ${quoted(`${tableName(view)}.${field}`)}
             ON ${table(view)} (${extracted(field)}, key)`,
            );
          }
          this.db
            .prepare('INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT DO NOTHING')
            .run(tableName(view), START);
        })
        .immediate();
      this.statements.set(table(view), {
        get: this.db.prepare(`SELECT doc FROM ${table(view)} WHERE key = ?`),
        put: this.db.prepare(
          `INSERT INTO ${table(view)} (key, doc) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET doc = excluded.doc`,
        ),
        remove: this.db.prepare(`DELETE FROM ${table(view)} WHERE key = ?`),
      });
    });
  }

  checkpoint(view: RowSet): Promise<Position> {
    return settled(() => this.position(view));
  }

  load(view: RowSet, keys: readonly string[]): Promise<Map<string, object>> {
    return settled(() => {
      const { get } = this.of(view);
      const rows = new Map<string, object>();
      for (const key of keys) {
        const found = get.get(key);
        if (found) rows.set(key, JSON.parse(found.doc) as object);
      }
      return rows;
    });
  }

  commit(view: RowSet, from: Position, to: Position, changes: RowChanges): Promise<void> {
    return new Promise((resolve, reject) => {
      // Here and not in the transaction: what cannot be written must not fail the views it would share it with.
      const rows = [...changes].map(([key, row]) => [key, row && JSON.stringify(row)] as const);
      const batch = { view, statements: this.of(view), from, to, rows, resolve, reject };
      if (this.queue.push(batch) === 1) setImmediate(() => this.write());
    });
  }

  find(view: RowSet, { where = {}, after, limit = -1 }: FindRows = {}): Promise<KeyedRow[]> {
    return settled(() => {
      const fields = Object.keys(where);
      for (const field of fields) {
        if (!view.indexes.includes(field)) throw new Error(`view ${view.name} declares no index on ${field}`);
      }
      const rows = this.finder(view, fields, after !== undefined).all(
        ...Object.values(where),
        ...(after === undefined ? [] : [after]),
        limit,
      );
      return rows.map(({ key, doc }) => ({ key, row: JSON.parse(doc) as object }));
    });
  }

  drop(view: RowSet): Promise<void> {
    return settled(() => {
      this.statements.delete(table(view));
      this.finds.clear();
      this.db.transaction(() => {
        this.db.exec(`DROP TABLE IF EXISTS ${table(view)}`);
        this.db.prepare('DELETE FROM checkpoints WHERE view = ?').run(tableName(view));
      })();
    });
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

  /** Write the batches of all views that are waiting, in one transaction: each whole, or not at all. */
  private write(): void {
    const batches = this.queue;
    this.queue = [];
    if (batches.length === 0) return;
    let answers: (() => void)[];
    try {
      answers = this.db.transaction(() => batches.map((batch) => this.writeBatch(batch))).immediate();
    } catch (error) {
      for (const { reject } of batches) reject(error);
      return;
    }
    for (const answer of answers) answer();
  }

  private writeBatch({ view, statements, from, to, rows, resolve, reject }: Batch): () => void {
    if (this.move.run(to, tableName(view), from).changes === 0) {
      const actual = this.position(view);
      return () => reject(new CheckpointMoved(view.name, from, actual));
    }
    for (const [key, doc] of rows) {
      if (doc === null) statements.remove.run(key);
      else statements.put.run(key, doc);
    }
    return resolve;
  }

  private position(view: RowSet): Position {
    const found = this.db
      .prepare<[string], { position: number }>('SELECT position FROM checkpoints WHERE view = ?')
      .get(tableName(view));
    return found?.position ?? START;
  }

  private of(view: RowSet): Statements {
    const statements = this.statements.get(table(view));
    if (!statements) throw new Error(`view ${view.name} was not prepared`);
    return statements;
  }

  private finder(
    view: RowSet,
    fields: readonly string[],
    continued: boolean,
  ): Database.Statement<unknown[], { key: string; doc: string }> {
    const conditions = [
      ...fields.map((field) => `${extracted(field)} = ?`),
      ...(continued ? ['key > ?'] : []),
    ];
    const sql = `SELECT key, doc FROM ${table(view)} ${
      conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''
    } ORDER BY key LIMIT ?`;
    let statement = this.finds.get(sql);
    if (!statement) this.finds.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }
}

const tableName = (view: RowSet): string => `${view.name}@${String(view.version)}`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const table = (view: RowSet): string => quoted(tableName(view));
const extracted = (field: string): string => `json_extract(doc, '$.${field}')`;

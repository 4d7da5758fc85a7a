import type Database from 'better-sqlite3';
import { type Position, type RowSet, rowSetName } from '@waymark/core/kernel';

export interface StoredText {
  readonly doc: string | null;
  readonly position: Position;
  readonly parked: string | null;
}

/** The statements for the table of one row set. */
export interface RowTable {
  readonly get: Database.Statement<[string], StoredText>;
  readonly insert: Database.Statement<[string, string | null, Position, string | null]>;
  readonly update: Database.Statement<[string | null, Position, string | null, string, Position]>;
  readonly parked: Database.Statement<[], { key: string; parked: string }>;
  readonly size: Database.Statement<[], { rows: number; bytes: number }>;
}

type Finder = Database.Statement<unknown[], { key: string; doc: string }>;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const table = (view: RowSet): string => quoted(rowSetName(view));
const extracted = (field: string): string => `json_extract(doc, '$.${field}')`;

export function createTable(db: Database.Database, view: RowSet): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS ${table(view)}
     (key TEXT PRIMARY KEY, doc TEXT, position INTEGER NOT NULL, parked TEXT) STRICT, WITHOUT ROWID`,
  );
}

const indexName = (view: RowSet, field: string): string => `${rowSetName(view)}.${field}`;

export function createIndexes(db: Database.Database, view: RowSet): void {
  const index = (field: string, on: string): void =>
    void db.exec(`CREATE INDEX IF NOT EXISTS ${quoted(indexName(view, field))} ON ${table(view)} ${on}`);
  for (const field of view.indexes) index(field, `(${extracted(field)}, key)`);
  index('(parked)', '(key) WHERE parked IS NOT NULL');
}

/** Fields of a view whose index {@link createIndexes} would create. */
export function missingIndexes(db: Database.Database, view: RowSet): string[] {
  const there = db
    .prepare<[string], string>("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?")
    .pluck()
    .all(rowSetName(view));
  return view.indexes.filter((field) => !there.includes(indexName(view, field)));
}

/** Statements for the tables of row sets, each prepared once. */
export class Tables {
  private readonly tables = new Map<string, RowTable>();
  private readonly finders = new Map<string, Finder>();

  constructor(private readonly db: Database.Database) {}

  of(view: RowSet): RowTable {
    const name = table(view);
    let found = this.tables.get(name);
    if (!found) this.tables.set(name, (found = this.prepared(name)));
    return found;
  }

  private prepared(name: string): RowTable {
    return {
      get: this.db.prepare(`SELECT doc, position, parked FROM ${name} WHERE key = ?`),
      insert: this.db.prepare(
        `INSERT INTO ${name} (key, doc, position, parked) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ),
      update: this.db.prepare(
        `UPDATE ${name} SET doc = ?, position = ?, parked = ? WHERE key = ? AND position = ?`,
      ),
      parked: this.db.prepare(`SELECT key, parked FROM ${name} WHERE parked IS NOT NULL ORDER BY key`),
      size: this.db.prepare(
        `SELECT count(doc) AS rows, coalesce(sum(length(CAST(doc AS BLOB))), 0) AS bytes FROM ${name}`,
      ),
    };
  }

  /** Rows by equality of some fields, ordered by key. */
  finder(view: RowSet, fields: readonly string[], continued: boolean): Finder {
    const conditions = [
      'doc IS NOT NULL',
      ...fields.map((field) => `${extracted(field)} = ?`),
      ...(continued ? ['key > ?'] : []),
    ];
    const sql = `SELECT key, doc FROM ${table(view)} WHERE ${conditions.join(' AND ')} ORDER BY key LIMIT ?`;
    let statement = this.finders.get(sql);
    if (!statement) this.finders.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }

  drop(view: RowSet): void {
    this.tables.delete(table(view));
    this.finders.clear();
    this.db.exec(`DROP TABLE IF EXISTS ${table(view)}`);
  }
}

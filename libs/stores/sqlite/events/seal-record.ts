import type Database from 'better-sqlite3';

/** One row. It is created with the first record, so that a file that was never sealed stays as it is. */
const TABLE = `CREATE TABLE IF NOT EXISTS seal_record (
  only INTEGER PRIMARY KEY CHECK (only = 1), record TEXT NOT NULL
) STRICT`;

/** What the log records about its seals; undefined if nothing. */
export function sealRecordIn(db: Database.Database): string | undefined {
  const hasTable = db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'seal_record'`).get() !== undefined;
  return hasTable ? db.prepare<[], string>('SELECT record FROM seal_record').pluck().get() : undefined;
}

export function saveSealRecord(db: Database.Database, text: string): void {
  db.exec(TABLE);
  db.prepare('INSERT OR REPLACE INTO seal_record VALUES (1, ?)').run(text);
}

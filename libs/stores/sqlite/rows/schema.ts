import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Refusal } from '@waymark/core/kernel';

/** Version of the tables' schema: incremented when it changes. */
const SCHEMA_VERSION = 3;

/** Whether a file holds views with another release's schema. Read-only. */
export function hasOtherSchema(file: string): boolean {
  if (!existsSync(file)) return false;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return !isCurrent(db) && tablesIn(db).length > 0;
  } finally {
    db.close();
  }
}

/**
 * Make sure that a file has this release's schema. With `reset`, rows with another schema are deleted; they are
 * projected again from the log. Otherwise such a file is refused, because the release that wrote it may be
 * running.
 */
export function ensureSchema(db: Database.Database, reset: boolean): void {
  if (!isCurrent(db)) {
    const tables = tablesIn(db);
    if (tables.length > 0 && !reset) throw otherSchema();
    for (const name of tables) db.exec(`DROP TABLE "${name.replaceAll('"', '""')}"`);
    db.pragma(`user_version = ${String(SCHEMA_VERSION)}`);
  }
  db.exec(
    `CREATE TABLE IF NOT EXISTS checkpoints
     (view TEXT PRIMARY KEY, position INTEGER NOT NULL, epoch INTEGER NOT NULL, revision INTEGER NOT NULL)
     STRICT, WITHOUT ROWID`,
  );
}

const isCurrent = (db: Database.Database): boolean =>
  db.pragma('user_version', { simple: true }) === SCHEMA_VERSION;

const tablesIn = (db: Database.Database): string[] =>
  db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();

const otherSchema = (): Refusal =>
  new Refusal(
    'VIEWS_OF_ANOTHER_RELEASE',
    'The views were written by another release with a different schema. Use the command line of that release, or start the service of this release, which rebuilds them from the log.',
    'unavailable',
  );

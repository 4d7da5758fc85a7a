import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Refusal } from '@waymark/core/kernel';

/** Form of the tables: goes up when they become others. */
const FORM = 3;

/** Whether a file holds views in the form of another release. Changes nothing. */
export function isOfAnotherForm(file: string): boolean {
  if (!existsSync(file)) return false;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return !isOurs(db) && tablesIn(db).length > 0;
  } finally {
    db.close();
  }
}

/**
 * Bring a file into the form of this release. Rows in another are forgotten `anew`: they are in the log, and are projected
 * again. Otherwise that is refused, for the release that wrote them may be at work.
 */
export function takeForm(db: Database.Database, anew: boolean): void {
  if (!isOurs(db)) {
    const tables = tablesIn(db);
    if (tables.length > 0 && !anew) throw anotherForm();
    for (const name of tables) db.exec(`DROP TABLE "${name.replaceAll('"', '""')}"`);
    db.pragma(`user_version = ${String(FORM)}`);
  }
  db.exec(
    `CREATE TABLE IF NOT EXISTS checkpoints
     (view TEXT PRIMARY KEY, position INTEGER NOT NULL, epoch INTEGER NOT NULL, revision INTEGER NOT NULL)
     STRICT, WITHOUT ROWID`,
  );
}

const isOurs = (db: Database.Database): boolean => db.pragma('user_version', { simple: true }) === FORM;

const tablesIn = (db: Database.Database): string[] =>
  db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();

const anotherForm = (): Refusal =>
  new Refusal(
    'VIEWS_OF_ANOTHER_RELEASE',
    'The views were written by another release, in a form of its own. Use the command line of that release, or start the service of this one, which builds them anew from the log.',
    'unavailable',
  );

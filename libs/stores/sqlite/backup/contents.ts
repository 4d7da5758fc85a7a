import Database from 'better-sqlite3';
import { type Position, START } from '@waymark/core/kernel';

/*
 * What the files of the embedded default hold. They are read without being opened as stores, which would bring them into
 * the form of this release.
 */

/** How many events a log holds, and the position of the last. */
export interface LogContents {
  readonly events: number;
  readonly head: Position;
}

export const logIn = (file: string): LogContents =>
  read(file, (db) =>
    db
      .prepare<[number], LogContents>(
        'SELECT count(*) AS events, coalesce(max(position), ?) AS head FROM events',
      )
      .get(START)!,
  );

/** How far each view has seen the log, by the names of their rows. */
export const checkpointsIn = (file: string): Readonly<Record<string, Position>> =>
  read(file, (db) =>
    Object.fromEntries(
      db
        .prepare<[], { view: string; position: Position }>(
          'SELECT view, position FROM checkpoints ORDER BY view',
        )
        .all()
        .map(({ view, position }) => [view, position]),
    ),
  );

/** How many jobs there are, those included that are done. */
export const jobsIn = (file: string): number =>
  read(file, (db) => db.prepare<[], number>('SELECT count(*) FROM jobs').pluck().get()!);

/** Control documents whose id begins so. */
export const documentsIn = (file: string, prefix: string): readonly object[] =>
  read(file, (db) =>
    db
      .prepare<[string, string], string>('SELECT doc FROM control WHERE substr(id, 1, length(?)) = ?')
      .pluck()
      .all(prefix, prefix)
      .map((doc) => JSON.parse(doc) as object),
  );

/** What SQLite finds wrong with a file: nothing where it is sound. */
export function faultsIn(file: string): readonly string[] {
  try {
    const found = read(file, (db) => db.pragma('integrity_check') as { integrity_check: string }[]);
    return found.map(({ integrity_check: said }) => said).filter((said) => said !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** The version of SQLite that this program has. */
export const sqliteVersion = (): string =>
  read(':memory:', (db) => db.prepare<[], string>('SELECT sqlite_version()').pluck().get()!);

function read<T>(file: string, work: (db: Database.Database) => T): T {
  const db = new Database(file, file === ':memory:' ? {} : { readonly: true, fileMustExist: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

import Database from 'better-sqlite3';
import { type HiddenPart, type Position, START } from '@waymark/core/kernel';
import { rowsOutside } from '../events/domain';

/*
 * Reads the files of a local installation without opening them as stores, which would change their schema to
 * that of this release.
 */

/** The number of events in a log, and the position of the last one. */
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

/** The events of a log that not all of its readers see. */
export const hiddenIn = (file: string): readonly HiddenPart[] => read(file, rowsOutside);

/** The checkpoint of each view, by row set name. */
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

/** Number of jobs, including done ones. */
export const jobsIn = (file: string): number =>
  read(file, (db) => db.prepare<[], number>('SELECT count(*) FROM jobs').pluck().get()!);

/** Control documents whose id has this prefix. */
export const documentsIn = (file: string, prefix: string): readonly object[] =>
  read(file, (db) =>
    db
      .prepare<[string, string], string>('SELECT doc FROM control WHERE substr(id, 1, length(?)) = ?')
      .pluck()
      .all(prefix, prefix)
      .map((doc) => JSON.parse(doc) as object),
  );

/** The faults that SQLite finds in a file; empty if it is intact. */
export function faultsIn(file: string): readonly string[] {
  try {
    const found = read(file, (db) => db.pragma('integrity_check') as { integrity_check: string }[]);
    return found.map(({ integrity_check: result }) => result).filter((said) => said !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** The SQLite version of this program. */
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

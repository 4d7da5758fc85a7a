import Database from 'better-sqlite3';

/**
 * Hold a SQLite file, so that nobody else can open it, and write into it what its write-ahead log has. Returns how to let go of
 * it; undefined where some process has it open. Throws where it cannot be read.
 *
 * Whoever opened the file in write-ahead mode has a lock on it until they close it, whether they do anything or not.
 */
export function hold(file: string): (() => void) | undefined {
  const db = new Database(file, { fileMustExist: true, timeout: 500 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    return () => void db.close();
  } catch (error) {
    db.close();
    if (isLocked(error)) return undefined;
    throw error;
  }
}

const isLocked = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);

import Database from 'better-sqlite3';

/** A SQLite file that nobody else can open. */
export interface Hold {
  /** Write what its write-ahead log has into it: from then on the file is whole by itself, and can be renamed. */
  rest(): void;
  /** SQLite removes the write-ahead log by its name then: nothing else may have that name yet. */
  letGo(): void;
}

/**
 * Hold a SQLite file; undefined where some process has it open. Throws where it cannot be read.
 *
 * Whoever opened the file in write-ahead mode has a lock on it until they close it, whether they do anything or not.
 */
export function hold(file: string): Hold | undefined {
  const db = new Database(file, { fileMustExist: true, timeout: 500 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    // Only a transaction takes the lock, which is then kept.
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
  } catch (error) {
    db.close();
    if (isLocked(error)) return undefined;
    throw error;
  }
  return {
    rest: () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    letGo: () => void db.close(),
  };
}

/** By its code and not by its class: the native module throws that of whoever loaded it first. */
const isLocked = (error: unknown): boolean =>
  /^SQLITE_(BUSY|LOCKED)/.test(String((error as { readonly code?: unknown }).code));

import Database from 'better-sqlite3';

/** An exclusive lock on a SQLite file. */
export interface ExclusiveLock {
  /** Write the write-ahead log into the file. The file is then complete by itself and can be renamed. */
  checkpoint(): void;
  /**
   * Release the lock. SQLite then deletes the write-ahead log by its name, so no other file may have that name
   * yet.
   */
  release(): void;
}

/**
 * Lock a SQLite file; undefined if another process has it open. Throws if it cannot be read.
 * Every process that has the file open in WAL mode holds a lock on it, even while idle.
 */
export function lockFile(file: string): ExclusiveLock | undefined {
  const db = new Database(file, { fileMustExist: true, timeout: 500 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    // The lock is taken by a transaction, and then kept.
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
  } catch (error) {
    db.close();
    if (isLocked(error)) return undefined;
    throw error;
  }
  return {
    checkpoint: () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    release: () => void db.close(),
  };
}

/**
 * By code instead of instanceof: errors have the class of the first module instance that loaded the native
 * module.
 */
const isLocked = (error: unknown): boolean =>
  /^SQLITE_(BUSY|LOCKED)/.test(String((error as { readonly code?: unknown }).code));

import Database from 'better-sqlite3';

/** Pages copied at a time; in between, the process does other things. */
const PAGES = 1_000;

/**
 * A SQLite file as it is at one moment, while others go on writing it: a read transaction holds it, as long as the snapshot is
 * open. They need not wait for it; their write-ahead log grows meanwhile.
 */
export class SqliteSnapshot {
  /** Bytes that a copy takes. */
  readonly bytes: number;
  private readonly db: Database.Database;

  constructor(file: string) {
    this.db = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
    this.db.exec('BEGIN');
    // Only the first reading begins it.
    this.bytes = this.number('page_count') * this.number('page_size');
  }

  /** Copy it to a file that is not there; a single one, which can be read where nothing may be written. */
  async copyTo(file: string, onProgress: (bytes: number) => void): Promise<void> {
    await this.db.backup(file, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress(Math.round((this.bytes * (totalPages - remainingPages)) / Math.max(1, totalPages)));
        return PAGES;
      },
    });
    const copy = new Database(file);
    copy.pragma('journal_mode = DELETE');
    copy.close();
    onProgress(this.bytes);
  }

  close(): void {
    this.db.close();
  }

  private number(pragma: string): number {
    return Number(this.db.pragma(pragma, { simple: true }));
  }
}

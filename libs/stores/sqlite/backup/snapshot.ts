import Database from 'better-sqlite3';
import { privateFile } from '../../shared/private-file';

/** Number of pages copied at a time; other work of the process runs in between. */
const PAGES = 1_000;

/**
 * A consistent snapshot of a SQLite file that others keep writing to. It is held by an open read transaction.
 * Writers do not wait for it, but their write-ahead log grows meanwhile.
 */
export class SqliteSnapshot {
  /** Size of a copy in bytes. */
  readonly bytes: number;
  private readonly db: Database.Database;

  constructor(file: string) {
    this.db = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
    this.db.exec('BEGIN');
    // The transaction starts with the first read.
    this.bytes = this.number('page_count') * this.number('page_size');
  }

  /** Copy the snapshot to a new file. The copy is a single file that can be read from read-only storage. */
  async copyTo(file: string, onProgress: (bytes: number) => void): Promise<void> {
    await this.db.backup(privateFile(file), {
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

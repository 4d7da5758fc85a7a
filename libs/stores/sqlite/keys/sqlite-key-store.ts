import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { DestroyedKey, KeyStore, StoredKey, WrappedKey } from '@waymark/core/kernel';
import { asPromise } from '../../shared/as-promise';
import { privateFile } from '../../shared/private-file';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS keys (
    subject      TEXT PRIMARY KEY,
    master       TEXT,
    wrapped      BLOB,
    destroyed_at TEXT,
    CHECK ((master IS NULL) = (wrapped IS NULL) AND (wrapped IS NULL) = (destroyed_at IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS destructions (count INTEGER NOT NULL) STRICT;
  INSERT INTO destructions SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM destructions);
`;

/** Writes survive a power failure, and deleted data is overwritten. */
const SETTINGS = [
  'busy_timeout = 10000',
  'secure_delete = ON',
  'journal_mode = WAL',
  'synchronous = FULL',
] as const;

interface Row {
  readonly subject: string;
  readonly master: string | null;
  readonly wrapped: Buffer | null;
  readonly destroyed_at: string | null;
}

interface Write {
  /** Runs in the transaction. Returns a function that reports the result once the transaction is durable. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Data keys in a SQLite file of their own, for any number of processes on one machine. */
export class SqliteKeyStore implements KeyStore {
  private readonly db: Database.Database;
  private readonly some: Database.Statement<[string], Row>;
  private readonly one: Database.Statement<[string], Row>;
  private readonly page: Database.Statement<[string, number], Row>;
  private readonly insert: Database.Statement<[string, string, Buffer]>;
  private readonly replace: Database.Statement<[string, Buffer, string, string, Buffer]>;
  private readonly erase: Database.Statement<[string, string]>;
  private readonly counted: Database.Statement<[]>;
  private readonly count: Database.Statement<[], number>;
  private queue: Write[] = [];

  constructor(file: string) {
    this.db = new Database(privateFile(file));
    if (file !== ':memory:') chmodSync(file, 0o600);
    for (const pragma of SETTINGS) this.db.pragma(pragma);
    this.db.exec(SCHEMA);
    this.some = this.db.prepare('SELECT * FROM keys WHERE subject IN (SELECT value FROM json_each(?))');
    this.one = this.db.prepare('SELECT * FROM keys WHERE subject = ?');
    this.page = this.db.prepare('SELECT * FROM keys WHERE subject > ? ORDER BY subject LIMIT ?');
    this.insert = this.db.prepare(
      'INSERT INTO keys (subject, master, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.replace = this.db.prepare(
      'UPDATE keys SET master = ?, wrapped = ? WHERE subject = ? AND master = ? AND wrapped = ?',
    );
    this.erase = this.db.prepare(
      `INSERT INTO keys (subject, destroyed_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET
       master = NULL, wrapped = NULL, destroyed_at = coalesce(destroyed_at, excluded.destroyed_at)`,
    );
    this.counted = this.db.prepare('UPDATE destructions SET count = count + 1');
    this.count = this.db.prepare<[], number>('SELECT count FROM destructions').pluck();
  }

  load(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredKey>> {
    return asPromise(
      () => new Map(this.some.all(JSON.stringify(subjects)).map((row) => [row.subject, stored(row)])),
    );
  }

  add(subject: string, { master, wrapped }: WrappedKey): Promise<StoredKey> {
    return this.written(() => {
      this.insert.run(subject, master, wrapped);
      return stored(this.one.get(subject)!);
    });
  }

  async destroy(subject: string, at: string): Promise<DestroyedKey> {
    const destroyed = await this.written(() => {
      this.erase.run(subject, at);
      this.counted.run();
      return stored(this.one.get(subject)!) as DestroyedKey;
    });
    this.scrub();
    return destroyed;
  }

  rewrap(subject: string, before: WrappedKey, after: WrappedKey): Promise<boolean> {
    return this.written(
      () =>
        this.replace.run(after.master, after.wrapped, subject, before.master, before.wrapped).changes === 1,
    );
  }

  list(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly key: StoredKey }[]> {
    return asPromise(() =>
      this.page.all(after ?? '', limit).map((row) => ({ subject: row.subject, key: stored(row) })),
    );
  }

  version(): Promise<number> {
    return asPromise(() => this.count.get()!);
  }

  /** Copy the keys to another file while they are in use. */
  async copyTo(file: string): Promise<void> {
    await this.db.backup(privateFile(file));
    chmodSync(file, 0o600);
  }

  close(): Promise<void> {
    return asPromise(() => {
      this.commit();
      this.db.close();
    });
  }

  /** Queue a write. Writes that arrive together share one transaction and one fsync. */
  private written<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): (() => void) => {
        const result = work();
        return () => resolve(result);
      };
      if (this.queue.push({ run, reject }) === 1) setImmediate(() => this.commit());
    });
  }

  private commit(): void {
    const batch = this.queue;
    this.queue = [];
    if (batch.length === 0) return;
    let answers: (() => void)[];
    try {
      answers = this.db.transaction(() => batch.map(({ run }) => run())).immediate();
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const answer of answers) answer();
  }

  /**
   * Write the overwritten pages into the file and truncate the write-ahead log, which still contains the key.
   */
  private scrub(): void {
    const [{ busy }] = this.db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    if (busy !== 0) {
      throw new Error(
        'the key is destroyed, but the write-ahead log of the key file still contains it because another process is reading the file: run the erasure again',
      );
    }
  }
}

const stored = ({ master, wrapped, destroyed_at: destroyedAt }: Row): StoredKey =>
  destroyedAt === null ? { master: master!, wrapped: wrapped! } : { destroyedAt };

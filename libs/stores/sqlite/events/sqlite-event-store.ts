import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import {
  type Appended,
  type EventMetadata,
  type ExpectedRevision,
  type HiddenPart,
  type LogPage,
  type LogStore,
  type NewEvent,
  type Position,
  type ReadStream,
  type RecordedEvent,
  START,
  type StoredEvent,
  type StoredPage,
  StreamDamaged,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { asPromise } from '../../shared/as-promise';
import { parsed } from '../../shared/parsed';
import { privateFile } from '../../shared/private-file';
import { LAST, openTable, rowsOutside } from './domain';
import { saveSealRecord, sealRecordIn } from './seal-record';

/** Settings with which an acknowledged commit survives a power failure. */
export const DURABLE = ['busy_timeout = 10000', 'journal_mode = WAL', 'synchronous = FULL'] as const;

/** The position is assigned here, so that a row outside the log cannot use up the positions. */
export const INSERT_EVENT = `
  INSERT INTO events (position, stream, revision, id, type, data, metadata)
  SELECT coalesce(max(position), 0) + 1, ?, ?, ?, ?, ?, ? FROM events WHERE position BETWEEN 0 AND ${LAST}`;

/** Number of streams whose last event's position is cached. */
const HEADS = 50_000;
/** Number of positions scanned at a time for events of some types. */
const PIECE = 10_000;
/** Interval for checking whether another process has written, in milliseconds. */
const POLL = 100;

type Serialized = Pick<StoredEvent, 'id' | 'type' | 'data' | 'metadata'>;

/** Revision and position of a stream's last event. */
interface Head {
  readonly revision: number;
  readonly position: number;
}

interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly Serialized[];
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** The response to an append, to be given once the transaction is durable. */
interface Written {
  readonly answer: () => void;
}

/**
 * The event store in one SQLite file, for any number of processes on one machine.
 * Appends that arrive together share one transaction and one fsync (group commit). Each append is still all or
 * nothing, and is acknowledged only when it is durable.
 */
export class SqliteEventStore implements LogStore {
  private readonly db: Database.Database;
  private readonly insert: Database.Statement<[string, number, string, string, string, string]>;
  private readonly last: Database.Statement<[string], Head>;
  private readonly forwards: Database.Statement<[string, number, number], StoredEvent>;
  private readonly backwards: Database.Statement<[string, number, number], StoredEvent>;
  private readonly page: Database.Statement<[number, number], StoredEvent>;
  private readonly pageOf: Database.Statement<[number, number, string, number], StoredEvent>;
  private readonly end: Database.Statement<[], { position: number | null }>;
  private readonly version: Database.Statement<[], number>;
  /** Cached heads of streams; valid until another process writes. */
  private readonly heads = new LRUCache<string, Head>({ max: HEADS });
  private headsVersion: number | undefined;
  private readonly wakers = new Set<() => void>();
  private queue: Append[] = [];
  private poll: NodeJS.Timeout | undefined;
  private polledVersion: number | undefined;

  /**
   * Throws `LOG_DAMAGED` if the file holds rows that a log cannot have. A file that is opened `readonly` must exist
   * and is not checked, so that it can be verified.
   */
  constructor(file: string, { readonly = false } = {}) {
    this.db = new Database(readonly ? file : privateFile(file), { readonly });
    try {
      for (const pragma of readonly ? [] : DURABLE) this.db.pragma(pragma);
      if (!readonly) openTable(this.db);
    } catch (error) {
      this.db.close();
      throw error;
    }
    this.insert = this.db.prepare(INSERT_EVENT);
    this.last = this.db.prepare(
      'SELECT revision, position FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1',
    );
    this.forwards = this.db.prepare(
      'SELECT * FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
    );
    this.backwards = this.db.prepare(
      'SELECT * FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?',
    );
    this.page = this.db.prepare(
      `SELECT * FROM events WHERE position > ? AND position <= ${LAST} ORDER BY position LIMIT ?`,
    );
    this.pageOf = this.db.prepare(
      `SELECT * FROM events WHERE position > ? AND position <= ? AND type IN (SELECT value FROM json_each(?))
       ORDER BY position LIMIT ?`,
    );
    this.version = this.db.prepare<[], number>('PRAGMA data_version').pluck();
    this.end = this.db.prepare(
      `SELECT max(position) AS position FROM events WHERE position BETWEEN 0 AND ${LAST}`,
    );
  }

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    return new Promise((resolve, reject) => {
      // Serialise here and not in the transaction: an event that cannot be serialised must not fail other
      // appends.
      const append = { stream, expected, events: events.map(serialized), resolve, reject };
      if (this.queue.push(append) === 1) setImmediate(() => this.commit());
    });
  }

  readStream(
    stream: string,
    { from, direction = 'forwards', limit = -1 }: ReadStream = {},
  ): Promise<RecordedEvent[]> {
    return asPromise(() => {
      const head = this.knownHead(stream);
      if (direction === 'backwards')
        return this.backwards.all(stream, from ?? Number.MAX_SAFE_INTEGER, limit).map(recorded);
      if (from !== undefined && head && from > head.revision) return [];
      const events = this.forwards.all(stream, from ?? 0, limit);
      const last = limit === -1 ? events.at(-1) : undefined;
      if (last) this.heads.set(stream, { revision: last.revision, position: last.position });
      return events.map(recorded);
    });
  }

  readAll(after: Position, limit: number, types?: ReadonlySet<string>): Promise<LogPage> {
    if (types) return this.lookThrough(after, limit, types);
    return asPromise(() => {
      const { events, through } = this.pageAfter(after, limit);
      return { events: events.map(recorded), through };
    });
  }

  readStored(after: Position, limit: number): Promise<StoredPage> {
    return asPromise(() => this.pageAfter(after, limit));
  }

  head(): Promise<Position> {
    return asPromise(() => this.end.get()?.position ?? START);
  }

  onAppended(wake: () => void): () => void {
    this.wakers.add(wake);
    this.poll ??= setInterval(() => this.wakeIfWritten(), POLL).unref();
    return () => {
      this.wakers.delete(wake);
      if (this.wakers.size === 0) {
        clearInterval(this.poll);
        this.poll = undefined;
      }
    };
  }

  count(through: Position): Promise<number> {
    const counting = 'SELECT count(*) FROM events WHERE position BETWEEN 0 AND ?';
    return asPromise(() => this.db.prepare<[number], number>(counting).pluck().get(through)!);
  }

  sealRecord(): Promise<string | undefined> {
    return asPromise(() => sealRecordIn(this.db));
  }

  saveSealRecord(text: string): Promise<void> {
    return asPromise(() => {
      this.db.transaction(() => saveSealRecord(this.db, text)).immediate();
    });
  }

  hiddenParts(): Promise<readonly HiddenPart[]> {
    return asPromise(() => rowsOutside(this.db));
  }

  /** Copy the log to another file while it is in use. */
  async copyTo(file: string): Promise<void> {
    await this.db.backup(privateFile(file));
  }

  close(): Promise<void> {
    return asPromise(() => {
      clearInterval(this.poll);
      this.commit();
      this.db.close();
    });
  }

  private pageAfter(after: Position, limit: number): StoredPage {
    // Read before the page, so that the page includes every event at or before this end.
    const end = this.end.get()?.position ?? START;
    const events = this.page.all(after, limit);
    const last = events.at(-1)?.position ?? after;
    return { events, through: events.length < limit ? Math.max(last, end) : last };
  }

  /**
   * A page of events of some types. The log is scanned in pieces, because a long scan would block the event
   * loop.
   */
  private async lookThrough(after: Position, limit: number, types: ReadonlySet<string>): Promise<LogPage> {
    const end = this.end.get()?.position ?? START;
    const wanted = JSON.stringify([...types]);
    const found: StoredEvent[] = [];
    for (let from = after; from < end && found.length < limit; from += PIECE) {
      found.push(...this.pageOf.all(from, Math.min(from + PIECE, end), wanted, limit - found.length));
      await nextTurn();
    }
    const through = found.length < limit ? Math.max(after, end) : found.at(-1)!.position;
    return { events: found.map(recorded), through };
  }

  /** Write all queued appends in one transaction, and then respond to each. */
  private commit(): void {
    const batch = this.queue;
    this.queue = [];
    if (batch.length === 0) return;
    let written: Written[];
    try {
      written = this.db.transaction(() => batch.map((append) => this.write(append))).immediate();
    } catch (error) {
      this.heads.clear();
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { answer } of written) answer();
    for (const wake of this.wakers) wake();
  }

  private write({ stream, expected, events, resolve, reject }: Append): Written {
    const last = this.knownHead(stream) ?? this.last.get(stream);
    if (last && !isWithin(last)) return { answer: () => reject(outside(stream)) };
    const actual = last?.revision ?? 'none';
    if (expected !== 'any' && expected !== actual) {
      return { answer: () => reject(new WrongExpectedRevision(stream, expected, actual)) };
    }
    let revision = last?.revision ?? -1;
    let position = last?.position ?? START;
    for (const { id, type, data, metadata } of events) {
      revision += 1;
      position = Number(this.insert.run(stream, revision, id, type, data, metadata).lastInsertRowid);
    }
    const head = { revision, position };
    if (revision >= 0) this.heads.set(stream, head);
    return { answer: () => resolve(head) };
  }

  /** The head of a stream, if it is cached and no other process has written since. */
  private knownHead(stream: string): Head | undefined {
    const version = this.version.get();
    if (version !== this.headsVersion) this.heads.clear();
    this.headsVersion = version;
    return this.heads.get(stream);
  }

  /** `data_version` changes when another connection commits. */
  private wakeIfWritten(): void {
    const version = this.version.get();
    if (version === this.polledVersion) return;
    this.polledVersion = version;
    for (const wake of this.wakers) wake();
  }
}

const serialized = ({ id, type, data, metadata }: NewEvent): Serialized => ({
  id,
  type,
  data: JSON.stringify(data),
  metadata: JSON.stringify(metadata),
});

function recorded(row: StoredEvent): RecordedEvent {
  const { id, type, stream, revision, position } = row;
  if (!isWithin(row)) throw outside(stream);
  return {
    ...{ id, type },
    data: parsed(row, row.data),
    metadata: parsed(row, row.metadata) as EventMetadata,
    ...{ stream, revision, position },
  };
}

const isWithin = ({ position, revision }: Pick<StoredEvent, 'position' | 'revision'>): boolean =>
  [position, revision].every((value) => Number.isInteger(value) && value >= 0 && value <= LAST);

const outside = (stream: string): StreamDamaged =>
  new StreamDamaged(
    'STREAM_CHANGED',
    stream,
    'An event has a position or a revision that a log cannot have.',
  );

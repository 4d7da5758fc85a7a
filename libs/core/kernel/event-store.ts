import type { NewEvent, Position, RecordedEvent } from './event';

/**
 * The expected revision of a stream: that of its last event, 'none' for an empty stream, or 'any' for no check.
 */
export type ExpectedRevision = number | 'none' | 'any';

export interface Appended {
  /** Revision of the last event written. */
  readonly revision: number;
  /** Position of the last event written. */
  readonly position: Position;
}

/** The stream is not at the expected revision: another writer appended first. */
export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    /** Actual revision, or 'none' for an empty stream. */
    readonly actual: number | 'none',
  ) {
    super(`stream ${stream} is at revision ${String(actual)}, not ${String(expected)}`);
    this.name = 'WrongExpectedRevision';
  }
}

/** The events exceed the store's size limit for one append. Nothing was sent. */
export class AppendTooLarge extends Error {
  constructor(
    /** Size of the events as they would be sent, in bytes. */
    readonly bytes: number,
    /** The store's limit, in bytes. */
    readonly limit: number,
  ) {
    super(`an append of ${String(bytes)} bytes exceeds the event store's limit of ${String(limit)} bytes`);
    this.name = 'AppendTooLarge';
  }
}

/**
 * The store does not respond. An append that fails with this error may or may not have been written. Sending
 * the same command again finds out.
 */
export class StoreUnavailable extends Error {
  constructor(store: string, options?: ErrorOptions) {
    super(`the ${store} does not answer`, options);
    this.name = 'StoreUnavailable';
  }
}

export interface ReadStream {
  /**
   * First revision to read, inclusive. Default: 0 when reading forwards, the last revision when reading
   * backwards.
   */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

/** A page of the whole log. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /**
   * Position up to which the log was read; continue reading from here. For a full page it is the position of
   * the last event. Otherwise it is at least the end of the log at the time of the request, and never before
   * the requested position.
   */
  readonly through: Position;
}

/** An event as raw stored text, which may or may not be valid. */
export interface StoredEvent extends Omit<RecordedEvent, 'data' | 'metadata'> {
  /** The stored text, JSON as it was written. */
  readonly data: string;
  readonly metadata: string;
}

/** A page of the whole log in its stored form. */
export interface StoredPage {
  readonly events: readonly StoredEvent[];
  /** As in {@link LogPage}. */
  readonly through: Position;
}

/** Streams of events, with one global order over all of them. Acknowledged events are durable. */
export interface EventStore {
  /**
   * Append all events or none. Throws {@link WrongExpectedRevision}, {@link AppendTooLarge} and {@link
   * StoreUnavailable}.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  /** The events of a stream; empty for a stream that does not exist. */
  readStream(stream: string, options?: ReadStream): Promise<RecordedEvent[]>;
  /**
   * The next page of the whole log: up to `limit` events after the position `after`, in order. `types`
   * restricts it to some event types. Returns fewer than `limit` only at the end of the log.
   */
  readAll(after: Position, limit: number, types?: ReadonlySet<string>): Promise<LogPage>;
  /**
   * The same pages without parsing data and metadata, for tamper checks: altered content cannot make the read
   * fail.
   */
  readStored(after: Position, limit: number): Promise<StoredPage>;
  /** Position of the last event, or {@link START} if the log is empty. */
  head(): Promise<Position>;
  /** Call `wake` whenever this or another process may have appended. Returns a function that unsubscribes. */
  onAppended(wake: () => void): () => void;
  close(): Promise<void>;
}

import type { NewEvent, Position, RecordedEvent } from './event';

/** The revision a writer believes a stream to be at: its last event's, or that it has none, or whatever it is. */
export type ExpectedRevision = number | 'none' | 'any';

export interface Appended {
  /** Revision of the last event written. */
  readonly revision: number;
  /** Position of the last event written. */
  readonly position: Position;
}

/** Another writer came first: the stream is not where the writer believed it to be. */
export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    /** The stream's revision, or 'none' where it has no events. */
    readonly actual: number | 'none',
  ) {
    super(`stream ${stream} is at revision ${String(actual)}, not ${String(expected)}`);
    this.name = 'WrongExpectedRevision';
  }
}

/** The events are more than the store takes in one append; nothing was sent. */
export class AppendTooLarge extends Error {
  constructor(
    /** Bytes of the events, as they would be sent. */
    readonly bytes: number,
    /** Bytes that the store takes. */
    readonly limit: number,
  ) {
    super(`an append of ${String(bytes)} bytes is more than the ${String(limit)} that the event store takes`);
    this.name = 'AppendTooLarge';
  }
}

/**
 * The store does not answer. Whether an append that fails so was written is unknown: the same command, sent again,
 * finds out.
 */
export class StoreUnavailable extends Error {
  constructor(store: string, options?: ErrorOptions) {
    super(`the ${store} does not answer`, options);
    this.name = 'StoreUnavailable';
  }
}

export interface ReadStream {
  /** First revision to read, inclusive. Forwards from 0, backwards from the end, if left out. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

/** A part of the whole log. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /**
   * Position up to which the log was looked through: the last event's where the page is full; otherwise at least where
   * the log ended when it was asked, and never behind what was asked for. Read on from here.
   */
  readonly through: Position;
}

/** An event as the bytes that are stored say it, whether or not they can still be understood. */
export interface StoredEvent extends Omit<RecordedEvent, 'data' | 'metadata'> {
  /** The text that is stored, which is JSON as it was written. */
  readonly data: string;
  readonly metadata: string;
}

/** A part of the whole log, as it is stored. */
export interface StoredPage {
  readonly events: readonly StoredEvent[];
  /** As in {@link LogPage}. */
  readonly through: Position;
}

/** Events in streams, and all of them in one order. What is acknowledged is durable. */
export interface EventStore {
  /**
   * Write all of the events or none of them. Throws {@link WrongExpectedRevision}, {@link AppendTooLarge} and
   * {@link StoreUnavailable}.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  /** A stream's events; none for a stream that does not exist. */
  readStream(stream: string, options?: ReadStream): Promise<RecordedEvent[]>;
  /**
   * The next page of the whole log: up to `limit` events after `after`, in order, of some types only where they are
   * given. Fewer than `limit` only at the end.
   */
  readAll(after: Position, limit: number, types?: ReadonlySet<string>): Promise<LogPage>;
  /**
   * The same pages as they are stored, for whoever looks for changes in them: nothing is understood, so nothing that was
   * put there fails it.
   */
  readStored(after: Position, limit: number): Promise<StoredPage>;
  /** Position of the last event, or {@link START} for an empty log. */
  head(): Promise<Position>;
  /** Call `wake` whenever the log may have grown, by this process or another. Returns how to stop. */
  onAppended(wake: () => void): () => void;
  close(): Promise<void>;
}

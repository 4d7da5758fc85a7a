import type { NewEvent, Position, RecordedEvent } from './event';
import type { SealRegister } from './seals';

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

/** Why the stored events of a stream cannot be relied on. The codes are part of the API. */
const DAMAGES = {
  STREAM_CHANGED:
    'The stored events of this record are not the ones that were recorded, so nothing is decided on them. Ask the operations staff to run `waymark verify`.',
  STREAM_INCOMPLETE:
    'The event store returns only a part of the events of this record, so nothing is decided on them. Ask the operations staff to run `waymark verify`.',
} as const;

export type DamageCode = keyof typeof DAMAGES;
export const damageCodes = Object.keys(DAMAGES) as readonly DamageCode[];

/**
 * A stream is not as it was recorded: an event was changed, or events are missing. Nothing may be decided on it
 * or appended to it. `reason` is for the operations staff, and contains no event data.
 */
export class StreamDamaged extends Error {
  constructor(
    readonly code: DamageCode,
    readonly stream: string,
    readonly reason: string,
  ) {
    super(DAMAGES[code]);
    this.name = 'StreamDamaged';
  }
}

/**
 * A part of a log that not all of its readers see. An event is `outside` the positions, revisions or types that
 * a log can have; the server hides the beginning of a stream (`cut`) or all of it (`deleted`).
 */
export interface HiddenPart {
  readonly what: 'outside' | 'cut' | 'deleted';
  readonly stream: string;
  /** The event that is outside, or the first event of the stream that can still be read. */
  readonly revision?: number;
  readonly position?: Position;
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
  /**
   * The events of a stream; empty for a stream that does not exist. Throws {@link StreamDamaged} if the store
   * knows that they are not what was recorded.
   */
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

/** An event store, with what verification needs to know about it. */
export interface LogStore extends EventStore, SealRegister {
  /** The parts of the log that not all readers see; empty for an intact log. Reads the whole log. */
  hiddenParts(): Promise<readonly HiddenPart[]>;
  /** Number of events up to a position, including the event at it. */
  count(through: Position): Promise<number>;
}

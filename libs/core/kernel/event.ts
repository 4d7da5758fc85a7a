/**
 * Everything known about an event besides its data. No field is assigned by a store, so that a log can be
 * copied between stores byte for byte.
 */
export interface EventMetadata {
  /** The day the event is about (ISO, `2025-09-03`); it may be earlier than the day of recording. */
  readonly on: string;
  /** Time of recording: UTC, milliseconds (`2025-09-03T16:00:00.000Z`). */
  readonly recordedAt: string;
  /** Schema version of the event type; upcasters convert older versions to the current one. */
  readonly schema: number;
  /** A person's id, or a process such as `policy:allocation`. */
  readonly actor: string;
  /**
   * Id of the person whose record the event belongs to (such as the pupil's id) and whose personal fields it
   * carries.
   */
  readonly subject?: string;
  /** Shared by everything that one request led to. */
  readonly correlation: string;
  /** What caused the event: the command's id or, for a policy's command, the id of the event it reacts to. */
  readonly causation: string;
  /** The command that produced the event, and a keyed hash of its body; used to recognise retries. */
  readonly command: { readonly id: string; readonly hash: string };
  /** W3C `traceparent` of the command that produced the event, if its trace was recorded. */
  readonly trace?: string;
  /** The stream's hash chain: the event's own hash and the previous event's hash. */
  readonly chain?: { readonly hash: string; readonly previous: string };
}

/** An event to append. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
}

/**
 * Position of an event in the whole log: increases, with gaps. On some stores it is a byte offset; a double
 * represents those exactly up to 8 PiB.
 */
export type Position = number;

/** The position before the first event of a log. */
export const START: Position = -1;

/** An event read from the log. */
export interface RecordedEvent<Type extends string = string, Data = object> {
  readonly id: string;
  readonly type: Type;
  readonly data: Data;
  readonly metadata: EventMetadata;
  /** `category-id`, such as `journey-5b0f…`. */
  readonly stream: string;
  /** 0 for the first event of a stream, then 1, 2 … */
  readonly revision: number;
  readonly position: Position;
}

/** The recorded events of a map from event type to payload. */
export type Recorded<Events> = {
  [Type in keyof Events & string]: RecordedEvent<Type, Events[Type]>;
}[keyof Events & string];

export const streamName = (category: string, id: string): string => `${category}-${id}`;

/** The id in a stream's name: everything after the first dash. */
export const streamId = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

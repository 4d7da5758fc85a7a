/**
 * What is known of an event besides its content. All of it is ours: nothing here is assigned by a store,
 * so that a log can be copied between stores without a byte of it changing.
 */
export interface EventMetadata {
  /** The day the event is about (ISO, `2025-09-03`); it may lie before the day it was recorded. */
  readonly on: string;
  /** When it was recorded: UTC, milliseconds (`2025-09-03T16:00:00.000Z`). */
  readonly recordedAt: string;
  /** Version of the event type's schema; upcasters lead from older ones to the current. */
  readonly schema: number;
  /** Who did it: a person's id, or a process such as `policy:allocation`. */
  readonly actor: string;
  /** Whose record it belongs to (the pupil's id, say); whose personal fields it carries. */
  readonly subject?: string;
  /** The same for everything that one request led to. */
  readonly correlation: string;
  /** What it followed from: the command's id, or for a policy the event it answered. */
  readonly causation: string;
  /** The command that decided it, and a keyed hash of that command's body: how a retry is recognised. */
  readonly command: { readonly id: string; readonly hash: string };
  /** W3C `traceparent` of the command that decided it, where its trace was recorded. */
  readonly trace?: string;
  /** Room for the stream's hash chain: the event's own hash and the one before it. */
  readonly chain?: { readonly hash: string; readonly previous: string };
}

/** An event about to be appended. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
}

/**
 * Where an event stands in the whole log: grows, with gaps. A byte offset on some stores,
 * which a double holds exactly up to 8 PiB.
 */
export type Position = number;

/** Before the first event of a log. */
export const START: Position = -1;

/** An event as the log holds it. */
export interface RecordedEvent<Type extends string = string, Data = object> {
  readonly id: string;
  readonly type: Type;
  readonly data: Data;
  readonly metadata: EventMetadata;
  /** `category-id`, such as `journey-5b0f…`. */
  readonly stream: string;
  /** 0 for a stream's first event, then 1, 2 … */
  readonly revision: number;
  readonly position: Position;
}

/** The recorded events of a table from type to payload. */
export type Recorded<Events> = {
  [Type in keyof Events & string]: RecordedEvent<Type, Events[Type]>;
}[keyof Events & string];

export const streamName = (category: string, id: string): string => `${category}-${id}`;

/** The id within a stream's name: what follows the first dash. */
export const streamId = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

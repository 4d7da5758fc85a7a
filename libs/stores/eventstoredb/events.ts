import { randomUUID } from 'node:crypto';
import type { AppendExpectedRevision, EventData, RecordedEvent as Stored } from '@eventstore/db-client';
import {
  type EventMetadata,
  type ExpectedRevision,
  type NewEvent,
  type RecordedEvent,
  type StoredEvent,
  StreamDamaged,
} from '@waymark/core/kernel';

/** Events in the form in which they are sent. */
export interface Batch {
  readonly events: EventData[];
  /** Their size as the server computes it for its limit. */
  readonly bytes: number;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Throws if an event cannot be sent: its data has no JSON form, or its id is not a lower-case UUID, the form
 * the server returns.
 */
export function proposed(events: readonly NewEvent[]): Batch {
  let bytes = 0;
  const sent = events.map(({ id, type, data, metadata }): EventData => {
    if (!UUID.test(id)) throw new TypeError('an event has an id that is not a UUID in lower case');
    const known = new TextEncoder().encode(JSON.stringify(metadata));
    bytes += Buffer.byteLength(JSON.stringify(data)) + known.length + 2 * type.length;
    return {
      id,
      type,
      contentType: 'application/json',
      data: data as Record<string, unknown>,
      metadata: known,
    };
  });
  return { events: sent, bytes };
}

/** Throws {@link StreamDamaged} if the data or the metadata are not JSON objects. */
export function recorded(event: Stored): RecordedEvent {
  const { data, metadata } = event;
  if (!isObject(data) || !isObject(metadata))
    throw new StreamDamaged('STREAM_CHANGED', event.streamId, 'The text of an event is not a JSON object.');
  return {
    id: event.id,
    type: event.type,
    data,
    metadata: metadata as unknown as EventMetadata,
    ...placeOf(event),
  };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

const placeOf = (event: Stored): Pick<RecordedEvent, 'stream' | 'revision' | 'position'> => ({
  stream: event.streamId,
  revision: Number(event.revision),
  position: positionOf(event),
});

/**
 * An event as text. The client has parsed its JSON. For everything this program writes, serialising it again
 * gives the same text; bytes that are not JSON give a text that this program never wrote.
 */
export const stored = (event: Stored): StoredEvent => ({
  ...{ id: event.id, type: event.type },
  ...placeOf(event),
  data: textOf(event.data),
  metadata: textOf(event.metadata),
});

const textOf = (value: unknown): string =>
  value === undefined || value instanceof Uint8Array
    ? Buffer.from(value ?? []).toString()
    : JSON.stringify(value);

/** The position of an event in `$all`. Servers before 22.6 do not return it for events read from a stream. */
export function positionOf({ position }: Stored): number {
  const commit = Number(position?.commit);
  if (Number.isSafeInteger(commit)) return commit;
  throw new Error(
    'the event store does not return the position of an event in the log: version 22.6 or newer is required',
  );
}

/** Events that the server writes for itself, including links between streams. */
export const isSystem = ({ streamId, type }: Stored): boolean =>
  streamId.startsWith('$') || type.startsWith('$');

/** The stream of what the log records about its seals. */
export const SEALS = 'waymark-seals';

/** The type begins with `$`: as an event of the server, it is not one of the log. */
export const sealEvent = (record: string): NewEvent => ({
  id: randomUUID(),
  type: '$waymarkSealed',
  data: { record },
  metadata: {} as EventMetadata,
});

/** An expected revision in the client's form. */
export const revisionOf = (expected: ExpectedRevision): AppendExpectedRevision =>
  expected === 'none' ? 'no_stream' : expected === 'any' ? 'any' : BigInt(expected);

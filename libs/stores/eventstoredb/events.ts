import type { AppendExpectedRevision, EventData, RecordedEvent as Stored } from '@eventstore/db-client';
import type {
  EventMetadata,
  ExpectedRevision,
  NewEvent,
  RecordedEvent,
  StoredEvent,
} from '@waymark/core/kernel';

/** Events as they are sent. */
export interface Batch {
  readonly events: EventData[];
  /** Their size by the server's own reckoning, which is what it limits. */
  readonly bytes: number;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Throws where an event cannot be sent: there is no JSON for it, or its id is not a UUID as the server writes them. */
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

export function recorded(event: Stored): RecordedEvent {
  return {
    id: event.id,
    type: event.type,
    data: event.data as object,
    metadata: event.metadata as unknown as EventMetadata,
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(event),
  };
}

/**
 * An event as text. The client has parsed its JSON, and what is written here is the same text again for all that this
 * program writes; bytes that are no JSON come out as text that it never wrote.
 */
export const stored = (event: Stored): StoredEvent => ({
  ...recorded(event),
  data: textOf(event.data),
  metadata: textOf(event.metadata),
});

const textOf = (value: unknown): string =>
  value === undefined || value instanceof Uint8Array
    ? Buffer.from(value ?? []).toString()
    : JSON.stringify(value);

/** Where an event stands in `$all`. Servers before 22.6 do not say so of a stream's events. */
export function positionOf({ position }: Stored): number {
  const commit = Number(position?.commit);
  if (Number.isSafeInteger(commit)) return commit;
  throw new Error(
    'the event store does not say where an event stands in its log: it must be version 22.6 or newer',
  );
}

/** What the server writes for itself, links between streams included. */
export const isSystem = ({ streamId, type }: Stored): boolean =>
  streamId.startsWith('$') || type.startsWith('$');

/** A revision as the client takes it. */
export const revisionOf = (expected: ExpectedRevision): AppendExpectedRevision =>
  expected === 'none' ? 'no_stream' : expected === 'any' ? 'any' : BigInt(expected);

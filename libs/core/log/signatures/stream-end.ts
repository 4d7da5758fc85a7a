import { type Position, type RecordedEvent, START, type StoredEvent } from '@waymark/core/kernel';
import { type Hashed, hashed, NO_HASH } from './chain';
import { placeOf, type Tampering, tampering } from './tampering';

/** The last event of a stream. */
export interface End {
  readonly revision: number;
  /** The `previous` hash that the next event must have; empty if the event has no chain. */
  readonly hash: string;
}

/** The end of a stream without events. */
export const BEGINNING: End = { revision: -1, hash: NO_HASH };

export const endOf = ({ revision, metadata }: Pick<RecordedEvent, 'revision' | 'metadata'>): End => ({
  revision,
  hash: metadata.chain?.hash ?? NO_HASH,
});

/** The fault of an event that should follow the end of its stream; undefined if it does. */
export function faultAfter(
  { revision: last, hash: previous }: End,
  event: StoredEvent,
  { hash, chain }: Hashed,
): Tampering | undefined {
  const { stream, revision } = event;
  if (chain && chain.hash !== hash) return changed(event, 'does not match its own hash');
  if (!chain && previous !== NO_HASH) return changed(event, 'has no chain, although its stream has one');
  if (revision > last + 1) return missing(stream, last + 1, event);
  if (revision <= last) return tampering('INSERTED', event, `A second event claims to be ${placeOf(event)}.`);
  if (chain && chain.previous !== previous)
    return changed(event, 'does not follow the previous event of its stream');
  return undefined;
}

/** Where a part of a stream begins. The hash is absent if the event before the part is not known. */
export type Begin = Pick<End, 'revision'> & Partial<End>;

/** The first fault of events that were read in order and should follow a revision. */
export function faultIn(begin: Begin, events: readonly RecordedEvent[]): Tampering | undefined {
  let { revision, hash } = begin;
  let position: Position = START;
  for (const event of events) {
    // The hash covers the text that this program writes, which is the same after parsing.
    const stored = { ...event, data: JSON.stringify(event.data), metadata: JSON.stringify(event.metadata) };
    const known = hashed(stored);
    hash ??= known.chain?.previous ?? NO_HASH;
    const fault = faultAfter({ revision, hash }, stored, known);
    if (fault) return fault;
    if (event.position <= position)
      return tampering(
        'REORDERED',
        event,
        `The log has ${placeOf(event)} before the previous event of its stream.`,
      );
    ({ position } = event);
    ({ revision, hash } = endOf(event));
  }
  return undefined;
}

const changed = (event: StoredEvent, how: string): Tampering =>
  tampering('CHANGED', event, `The event at ${placeOf(event)} ${how}.`);

const missing = (stream: string, revision: number, before: StoredEvent): Tampering =>
  tampering(
    'REMOVED',
    { stream, revision, position: before.position },
    `The event at ${placeOf({ stream, revision })} is missing.`,
  );

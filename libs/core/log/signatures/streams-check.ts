import type { StoredEvent } from '@waymark/core/kernel';
import { type Hashed, NO_HASH } from './chain';
import { placeOf, type Tampering, tampering } from './tampering';

/** The last event of a stream. */
interface End {
  revision: number;
  /** The `previous` hash that the next event must have; empty if the event has no chain. */
  hash: string;
}

/** Checks the events of a log, in order, against the preceding events of their streams. */
export class StreamsCheck {
  /** Number of events without a chain, written before chaining was introduced. */
  unchained = 0;
  private readonly ends = new Map<string, End>();

  /** The fault of the next event, or undefined if it is valid; it then becomes the last event of its stream. */
  check(event: StoredEvent, { hash, chain }: Hashed): Tampering | undefined {
    const { stream, revision } = event;
    let end = this.ends.get(stream);
    if (!end) this.ends.set(stream, (end = { revision: -1, hash: NO_HASH }));
    if (chain && chain.hash !== hash) return changed(event, 'does not match its own hash');
    if (!chain && end.hash !== NO_HASH) return changed(event, 'has no chain, although its stream has one');
    if (revision > end.revision + 1) return missing(stream, end.revision + 1, event);
    if (revision <= end.revision)
      return tampering('INSERTED', event, `A second event claims to be ${placeOf(event)}.`);
    if (chain && chain.previous !== end.hash)
      return changed(event, 'does not follow the previous event of its stream');
    end.revision = revision;
    if (chain) end.hash = hash;
    else this.unchained += 1;
    return undefined;
  }
}

const changed = (event: StoredEvent, how: string): Tampering =>
  tampering('CHANGED', event, `The event at ${placeOf(event)} ${how}.`);

const missing = (stream: string, revision: number, before: StoredEvent): Tampering =>
  tampering(
    'REMOVED',
    { stream, revision, position: before.position },
    `The event at ${placeOf({ stream, revision })} is missing.`,
  );

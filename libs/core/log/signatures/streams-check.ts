import type { StoredEvent } from '@waymark/core/kernel';
import type { Hashed } from './chain';
import { BEGINNING, type End, faultAfter } from './stream-end';
import type { Tampering } from './tampering';

/** Checks the events of a log, in order, against the preceding events of their streams. */
export class StreamsCheck {
  /** Number of events without a chain, written before chaining was introduced. */
  unchained = 0;
  private readonly ends = new Map<string, End>();

  /** The fault of the next event, or undefined if it is valid; it then becomes the last event of its stream. */
  check(event: StoredEvent, known: Hashed): Tampering | undefined {
    const { stream, revision } = event;
    const end = this.ends.get(stream) ?? BEGINNING;
    const fault = faultAfter(end, event, known);
    if (fault) return fault;
    this.ends.set(stream, { revision, hash: known.chain ? known.hash : end.hash });
    if (!known.chain) this.unchained += 1;
    return undefined;
  }
}

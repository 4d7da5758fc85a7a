import type { StoredEvent } from '@waymark/core/kernel';
import { type Hashed, NO_HASH } from './chain';
import { placeOf, type Tampering, tampering } from './tampering';

/** A stream's last event. */
interface End {
  revision: number;
  /** What the next one must say of it: nothing, where it is from before there were chains. */
  hash: string;
}

/** Holds the events of a log, in its order, against what came before them in their streams. */
export class StreamsCheck {
  /** Events from before there were chains. */
  unchained = 0;
  private readonly ends = new Map<string, End>();

  /** What is wrong with the next event; where nothing is, it is its stream's last from here on. */
  take(event: StoredEvent, { hash, chain }: Hashed): Tampering | undefined {
    const { stream, revision } = event;
    let end = this.ends.get(stream);
    if (!end) this.ends.set(stream, (end = { revision: -1, hash: NO_HASH }));
    if (chain && chain.hash !== hash) return changed(event, 'is not as it was recorded');
    if (!chain && end.hash !== NO_HASH) return changed(event, 'carries no chain, though its stream has one');
    if (revision > end.revision + 1) return missing(stream, end.revision + 1, event);
    if (revision <= end.revision)
      return tampering('INSERTED', event, `Another event than before says that it is ${placeOf(event)}.`);
    if (chain && chain.previous !== end.hash)
      return changed(event, 'does not follow from the event before it in its stream');
    end.revision = revision;
    if (chain) end.hash = hash;
    else this.unchained += 1;
    return undefined;
  }
}

const changed = (event: StoredEvent, how: string): Tampering =>
  tampering('CHANGED', event, `The event that says it is ${placeOf(event)} ${how}.`);

const missing = (stream: string, revision: number, before: StoredEvent): Tampering =>
  tampering(
    'REMOVED',
    { stream, revision, position: before.position },
    `The event that was ${placeOf({ stream, revision })} is missing.`,
  );

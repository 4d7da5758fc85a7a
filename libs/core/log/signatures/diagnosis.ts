import { START, type StoredEvent } from '@waymark/core/kernel';
import { type Hashed, hashed } from './chain';
import { leafAt, leafOf, type Seal, sizeOf } from './seal';
import { type StoredLog, storedPages } from './stored-pages';
import { placeOf, type Tampering, tampering } from './tampering';

/** An event that does not match the sealed hash at its place. */
export interface Mismatch {
  readonly event: StoredEvent;
  readonly known: Hashed;
  readonly seal: Seal;
  /** Index among the seal's events. */
  readonly index: number;
  /** The following seals. */
  readonly later: AsyncIterable<Seal>;
}

/** Determine the kind of tampering behind a mismatch, from the remaining seals and the rest of the log. */
export async function diagnosis(log: Pick<StoredLog, 'readStored'>, mismatch: Mismatch): Promise<Tampering> {
  const { event, known, seal } = mismatch;
  const sealedLater = await inSeals(mismatch);
  const { isLater, othersAreLater, lost } = await inLog(log, mismatch, sealedLater.last);
  const at = `at position ${String(event.position)}`;
  if (isLater && sealedLater.found)
    return tampering('REORDERED', event, `The event ${at}, ${placeOf(event)}, was sealed at a later place.`);
  if (sealedLater.found) {
    const which = lost ? `, ${placeOf(lost)},` : '';
    const message = `An event${which} is missing before the event ${at}.`;
    return tampering('REMOVED', { ...(lost ?? event), position: event.position }, message);
  }
  if (isLater)
    return tampering(
      'INSERTED',
      event,
      `The event ${at} was inserted before events that were sealed without it.`,
    );
  if (known.chain?.hash === known.hash && !othersAreLater) {
    const message = `The sealed events from the event ${at} onwards are missing, and another event is in their place.`;
    return { kind: 'CUT', message, position: event.position, seal: seal.number };
  }
  return tampering(
    'CHANGED',
    event,
    `The event ${at}, ${placeOf(event)}, differs from the one that was sealed.`,
  );
}

/**
 * If an event is missing from its stream, check whether it appears later in the log: then the events were
 * reordered.
 */
export async function reorderedOr(log: Pick<StoredLog, 'readStored'>, fault: Tampering): Promise<Tampering> {
  const { kind, stream, revision, position = START } = fault;
  if (kind !== 'REMOVED') return fault;
  for await (const page of storedPages(log, position)) {
    const found = page.find((event) => event.stream === stream && event.revision === revision);
    if (!found) continue;
    const at = `the event at position ${String(position)}`;
    return tampering('REORDERED', found, `The event at ${placeOf(found)} comes after ${at} in its stream.`);
  }
  return fault;
}

/** Whether the event was sealed at a later place, and the leaf of the last sealed event. */
async function inSeals({
  known,
  seal,
  index,
  later,
}: Mismatch): Promise<{ readonly found: boolean; readonly last: string }> {
  const own = leafOf(known.hash);
  let found = hasLeaf(seal, own, index + 1);
  let last = leafAt(seal, sizeOf(seal) - 1);
  for await (const next of later) {
    found ||= hasLeaf(next, own, 0);
    last = leafAt(next, sizeOf(next) - 1);
  }
  return { found, last };
}

/**
 * Whether the event that was sealed here comes later in the log; whether events sealed after it do; and which
 * event it was, if another event's chain refers to it as its predecessor.
 */
async function inLog(
  log: Pick<StoredLog, 'readStored'>,
  { event, known, seal, index }: Mismatch,
  last: string,
): Promise<{
  readonly isLater: boolean;
  readonly othersAreLater: boolean;
  readonly lost?: Pick<StoredEvent, 'stream' | 'revision'>;
}> {
  const wanted = leafAt(seal, index);
  const others = new Set([last]);
  for (let at = index + 1; at < sizeOf(seal); at += 1) others.add(leafAt(seal, at));
  let [isLater, othersAreLater] = [false, false];
  let successor = known.chain && leafOf(known.chain.previous) === wanted ? event : undefined;
  for await (const page of storedPages(log, event.position)) {
    for (const later of page) {
      const { hash, chain } = hashed(later);
      isLater ||= leafOf(hash) === wanted;
      othersAreLater ||= others.has(leafOf(hash));
      if (chain && leafOf(chain.previous) === wanted) successor ??= later;
    }
  }
  const lost = successor && { stream: successor.stream, revision: successor.revision - 1 };
  return { isLater, othersAreLater, ...(lost && { lost }) };
}

function hasLeaf(seal: Seal, leaf: string, from: number): boolean {
  for (let at = from; at < sizeOf(seal); at += 1) if (leafAt(seal, at) === leaf) return true;
  return false;
}

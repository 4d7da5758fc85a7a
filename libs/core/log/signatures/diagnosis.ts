import { START, type StoredEvent } from '@waymark/core/kernel';
import { type Hashed, hashed } from './chain';
import { leafAt, leafOf, type Seal, sizeOf } from './seal';
import { type StoredLog, storedPages } from './stored-pages';
import { placeOf, type Tampering, tampering } from './tampering';

/** An event that is not the one that was sealed at its place. */
export interface Mismatch {
  readonly event: StoredEvent;
  readonly known: Hashed;
  readonly seal: Seal;
  /** Its place among the seal's events. */
  readonly index: number;
  /** The seals after this one. */
  readonly later: AsyncIterable<Seal>;
}

/** What was done where an event is not the one that was sealed: the rest of the seals, and of the log, tells. */
export async function diagnosis(log: Pick<StoredLog, 'readStored'>, mismatch: Mismatch): Promise<Tampering> {
  const { event, known, seal } = mismatch;
  const sealedLater = await inSeals(mismatch);
  const { comes, othersCome, lost } = await inLog(log, mismatch, sealedLater.last);
  const at = `at position ${String(event.position)}`;
  if (comes && sealedLater.found)
    return tampering('REORDERED', event, `What stands ${at}, ${placeOf(event)}, was sealed further on.`);
  if (sealedLater.found) {
    const which = lost ? `, which was ${placeOf(lost)},` : '';
    const message = `An event${which} is missing before the one ${at}.`;
    return tampering('REMOVED', { ...(lost ?? event), position: event.position }, message);
  }
  if (comes)
    return tampering(
      'INSERTED',
      event,
      `What stands ${at} was put before events that were sealed without it.`,
    );
  if (known.chain?.hash === known.hash && !othersCome) {
    const message = `The events that were sealed from the one ${at} on are gone, and another stands there.`;
    return { kind: 'CUT', message, position: event.position, seal: seal.number };
  }
  return tampering('CHANGED', event, `What stands ${at}, ${placeOf(event)}, is not as it was sealed.`);
}

/** Where an event of a stream is missing: whether it comes further on. */
export async function reorderedOr(log: Pick<StoredLog, 'readStored'>, fault: Tampering): Promise<Tampering> {
  const { kind, stream, revision, position = START } = fault;
  if (kind !== 'REMOVED') return fault;
  for await (const page of storedPages(log, position)) {
    const found = page.find((event) => event.stream === stream && event.revision === revision);
    if (!found) continue;
    const at = `what stands at position ${String(position)}`;
    return tampering(
      'REORDERED',
      found,
      `The event that is ${placeOf(found)} comes after ${at} in its stream.`,
    );
  }
  return fault;
}

/** Whether the event was sealed further on; and the leaf that was sealed last of all. */
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
 * Whether the event that was sealed here comes further on; whether others do that were sealed after it; and which it was, if an
 * event says that it follows from it.
 */
async function inLog(
  log: Pick<StoredLog, 'readStored'>,
  { event, known, seal, index }: Mismatch,
  last: string,
): Promise<{
  readonly comes: boolean;
  readonly othersCome: boolean;
  readonly lost?: Pick<StoredEvent, 'stream' | 'revision'>;
}> {
  const wanted = leafAt(seal, index);
  const others = new Set([last]);
  for (let at = index + 1; at < sizeOf(seal); at += 1) others.add(leafAt(seal, at));
  let [comes, othersCome] = [false, false];
  let follower = known.chain && leafOf(known.chain.previous) === wanted ? event : undefined;
  for await (const page of storedPages(log, event.position)) {
    for (const later of page) {
      const { hash, chain } = hashed(later);
      comes ||= leafOf(hash) === wanted;
      othersCome ||= others.has(leafOf(hash));
      if (chain && leafOf(chain.previous) === wanted) follower ??= later;
    }
  }
  const lost = follower && { stream: follower.stream, revision: follower.revision - 1 };
  return { comes, othersCome, ...(lost && { lost }) };
}

function hasLeaf(seal: Seal, leaf: string, from: number): boolean {
  for (let at = from; at < sizeOf(seal); at += 1) if (leafAt(seal, at) === leaf) return true;
  return false;
}

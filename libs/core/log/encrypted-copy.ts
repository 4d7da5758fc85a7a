import { LRUCache } from 'lru-cache';
import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import type { CopyForm } from './copy';
import type { Keyring } from './encryption/keyring';
import { withoutFields } from './encryption/encrypted';
import { isInClear, decryptAll, type PersonalFields, encryptAll, subjectOf } from './encryption/encrypting';
import { chained, NO_HASH } from './signatures/chain';

/** Streams whose last hash is kept in memory. */
const STREAMS = 100_000;

/**
 * A copy in which personal fields are sealed and events are chained, of a log where they are not, or not all. Opened, and
 * with the chain left out, each event says what its original does, whatever the order of its fields; but nothing personal of
 * those whose key has been destroyed.
 */
export function encryptedCopy(target: EventStore, keyring: Keyring, personal: PersonalFields): CopyForm {
  const hashes = new LRUCache<string, string>({ max: STREAMS });

  const hashBefore = async ({ stream, revision }: RecordedEvent): Promise<string> => {
    if (revision === 0) return NO_HASH;
    const known = hashes.get(stream);
    if (known !== undefined) return known;
    const [before] = await target.readStream(stream, { from: revision - 1, limit: 1 });
    return before?.metadata.chain?.hash ?? NO_HASH;
  };

  const chain = async (event: RecordedEvent): Promise<RecordedEvent> => {
    const { stream, revision } = event;
    const after = { revision: revision - 1, hash: await hashBefore(event) };
    const { metadata } = chained(stream, after, [event])[0]!;
    hashes.set(stream, metadata.chain!.hash);
    return { ...event, metadata };
  };

  const withoutErased = async (events: readonly RecordedEvent[]): Promise<RecordedEvent[]> => {
    const subjects = new Set(events.filter((event) => isInClear(event, personal)).map(subjectOf));
    const keys = await keyring.forSealing(subjects);
    const isErased = (event: RecordedEvent): boolean =>
      isInClear(event, personal) && keys.get(subjectOf(event)) === 'destroyed';
    return events.map((event) =>
      isErased(event) ? { ...event, data: withoutFields(event.data, personal.get(event.type)!) } : event,
    );
  };

  return {
    write: async (events) => {
      const clear = await decryptAll(events, keyring);
      const copies: RecordedEvent[] = [];
      for (const event of await encryptAll(clear, ({ stream }) => stream, keyring, personal))
        copies.push(await chain(event));
      return copies;
    },
    read: async (events) => (await withoutErased(await decryptAll(events, keyring))).map(plain),
  };
}

/** Without its chain, and its fields in the order of their names. */
function plain(event: RecordedEvent): RecordedEvent {
  const { chain: _chain, ...metadata } = event.metadata;
  const fields = Object.entries(event.data).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...event, data: Object.fromEntries(fields), metadata };
}

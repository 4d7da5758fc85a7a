import { LRUCache } from 'lru-cache';
import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import type { CopyForm } from './copy';
import type { Keyring } from './encryption/keyring';
import { ERASED_HASH, sealedHash } from './encryption/command-hash';
import { decryptAll, type PersonalFields, encryptAll, withoutErased } from './encryption/encrypting';
import { chained, NO_HASH } from './signatures/chain';

/** Number of streams whose last hash is cached. */
const STREAMS = 100_000;

/**
 * A copy that encrypts personal fields, seals the hashes of commands and chains events, from a log where some or all of
 * this is missing. Decrypted and without its chain, each event equals its original with a sealed hash, regardless of
 * field order. Personal data of subjects whose key was destroyed is left out.
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

  /** Events as they are compared: without the data of erased subjects, and with sealed hashes. */
  const comparable = async (events: readonly RecordedEvent[]): Promise<RecordedEvent[]> => {
    const subjects = new Set(events.flatMap(({ metadata: { subject } }) => subject ?? []));
    const keys = await keyring.forEncryption(subjects);
    const clear = await decryptAll(await withoutErased(events, keyring, personal), keyring);
    return clear.map((event) => {
      const { subject, command } = event.metadata;
      const key = subject === undefined ? undefined : keys.get(subject)!;
      return plain(
        key ? withHash(event, key === 'destroyed' ? ERASED_HASH : sealedHash(command.hash, key)) : event,
      );
    });
  };

  return {
    write: async (events) => {
      const clear = await decryptAll(events, keyring);
      const copies: RecordedEvent[] = [];
      for (const event of await encryptAll(clear, ({ stream }) => stream, keyring, personal))
        copies.push(await chain(event));
      return copies;
    },
    read: comparable,
  };
}

const withHash = (event: RecordedEvent, hash: string): RecordedEvent => ({
  ...event,
  metadata: { ...event.metadata, command: { ...event.metadata.command, hash } },
});

/** The event without its chain, and with its fields sorted by name. */
function plain(event: RecordedEvent): RecordedEvent {
  const { chain: _chain, ...metadata } = event.metadata;
  const fields = Object.entries(event.data).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...event, data: Object.fromEntries(fields), metadata };
}

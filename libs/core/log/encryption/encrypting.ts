import type { EventStore, Module, NewEvent, RecordedEvent } from '@waymark/core/kernel';
import type { Keyring } from './keyring';
import { sealedHash } from './command-hash';
import { decrypted, encrypted, EncryptedDataChanged, hasAny, isEncrypted, withoutFields } from './encrypted';

/** The personal fields of each event type. These fields are encrypted. */
export type PersonalFields = ReadonlyMap<string, readonly string[]>;

export const personalFieldsOf = (modules: Iterable<Module>): PersonalFields =>
  new Map([...modules].flatMap(({ personal }) => [...personal]));

/** Whether an event has personal fields in clear, as in a log written before encryption was introduced. */
export const isInClear = ({ type, data }: NewEvent, personal: PersonalFields): boolean =>
  hasAny(data, personal.get(type) ?? []);

/**
 * The same log with personal fields in clear: they are encrypted with their subject's data key on append, and
 * decrypted on reading. The hash of a command about a person is sealed with the same key. Fields whose key was
 * destroyed are absent, even if they were never encrypted. Other fields that were never encrypted are returned
 * unchanged. The underlying store returns personal fields encrypted, without needing a key.
 * Reading throws `KeyMissing`, `MasterKeyMissing` and `EncryptedDataChanged`.
 */
export function encrypting(store: EventStore, keyring: Keyring, personal: PersonalFields): EventStore {
  const clear = async (events: readonly RecordedEvent[]): Promise<RecordedEvent[]> => {
    await keyring.refresh();
    return decryptAll(await withoutErased(events, keyring, personal), keyring);
  };
  return {
    append: async (stream, expected, events) =>
      store.append(stream, expected, await encryptAll(events, () => stream, keyring, personal)),
    readStream: async (stream, options) => clear(await store.readStream(stream, options)),
    readAll: async (after, limit, types) => {
      const { events, through } = await store.readAll(after, limit, types);
      return { events: await clear(events), through };
    },
    readStored: (after, limit) => store.readStored(after, limit),
    head: () => store.head(),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  };
}

/**
 * Events to append, with their personal fields encrypted and the hashes of their commands sealed. `streamOf` returns the
 * stream that each event will be in.
 */
export async function encryptAll<Event extends NewEvent>(
  events: readonly Event[],
  streamOf: (event: Event) => string,
  keyring: Keyring,
  personal: PersonalFields,
): Promise<readonly Event[]> {
  const subjects = new Set(events.flatMap(({ metadata: { subject } }) => subject ?? []));
  for (const event of events) if (isInClear(event, personal)) subjects.add(subjectOf(event));
  if (subjects.size === 0) return events;
  await keyring.refresh();
  const keys = await keyring.forEncryption(subjects);
  return events.map((event) => {
    const { metadata } = event;
    if (metadata.subject === undefined) return event;
    const key = keys.get(metadata.subject)!;
    const command = { ...metadata.command, hash: sealedHash(metadata.command.hash, key) };
    const data = isInClear(event, personal)
      ? encrypted(event, streamOf(event), personal.get(event.type)!, key)
      : event.data;
    return { ...event, data, metadata: { ...metadata, command } };
  });
}

/**
 * Events without the personal fields in clear of erased subjects. They were recorded before their fields were encrypted,
 * so destroying the key did not make them unreadable.
 */
export async function withoutErased(
  events: readonly RecordedEvent[],
  keyring: Keyring,
  personal: PersonalFields,
): Promise<readonly RecordedEvent[]> {
  const inClear = events.filter((event) => isInClear(event, personal));
  if (inClear.length === 0) return events;
  const erased = await keyring.destroyed(new Set(inClear.map(subjectOf)));
  return events.map((event) =>
    isInClear(event, personal) && erased.has(subjectOf(event))
      ? { ...event, data: withoutFields(event.data, personal.get(event.type)!) }
      : event,
  );
}

/** The subject of an event with personal fields. A missing subject is a programming error. */
export function subjectOf({ type, metadata: { subject } }: NewEvent): string {
  if (subject === undefined) throw new Error(`event ${type} has personal fields but no subject`);
  return subject;
}

/** Decrypt events. Each key is requested once. */
export async function decryptAll(
  events: readonly RecordedEvent[],
  keyring: Keyring,
): Promise<RecordedEvent[]> {
  const subjects = new Set(events.filter(isEncrypted).map(keySubjectOf));
  if (subjects.size === 0) return [...events];
  const keys = await keyring.forDecryption(subjects);
  return events.map((event) =>
    isEncrypted(event) ? { ...event, data: decrypted(event, keys.get(keySubjectOf(event))!) } : event,
  );
}

/** The subject whose key decrypts an event. */
function keySubjectOf(event: RecordedEvent): string {
  const { subject } = event.metadata;
  if (subject === undefined) throw new EncryptedDataChanged(event);
  return subject;
}

import type { EventStore, Module, NewEvent, RecordedEvent } from '@waymark/core/kernel';
import type { Keyring } from './keyring';
import { hasAny, isEncrypted, decrypted, encrypted, EncryptedDataChanged } from './encrypted';

/** The personal fields of each event type. These fields are encrypted. */
export type PersonalFields = ReadonlyMap<string, readonly string[]>;

export const personalFieldsOf = (modules: Iterable<Module>): PersonalFields =>
  new Map([...modules].flatMap(({ personal }) => [...personal]));

/** Whether an event has personal fields in clear, as in a log written before encryption was introduced. */
export const isInClear = ({ type, data }: NewEvent, personal: PersonalFields): boolean =>
  hasAny(data, personal.get(type) ?? []);

/**
 * The same log with personal fields in clear: they are encrypted with their subject's data key on append, and
 * decrypted on reading. Fields whose key was destroyed are absent. Fields that were never encrypted are
 * returned unchanged. The underlying store returns them encrypted, without needing a key.
 * Reading throws `KeyMissing`, `MasterKeyMissing` and `EncryptedDataChanged`.
 */
export function encrypting(store: EventStore, keyring: Keyring, personal: PersonalFields): EventStore {
  const clear = async (events: readonly RecordedEvent[]): Promise<RecordedEvent[]> => {
    await keyring.refresh();
    return decryptAll(events, keyring);
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
 * Events to append, with their personal fields encrypted. `streamOf` returns the stream that each event will be
 * in.
 */
export async function encryptAll<Event extends NewEvent>(
  events: readonly Event[],
  streamOf: (event: Event) => string,
  keyring: Keyring,
  personal: PersonalFields,
): Promise<readonly Event[]> {
  const subjects = new Set(events.filter((event) => isInClear(event, personal)).map(subjectOf));
  if (subjects.size === 0) return events;
  await keyring.refresh();
  const keys = await keyring.forEncryption(subjects);
  return events.map((event) =>
    isInClear(event, personal)
      ? {
          ...event,
          data: encrypted(event, streamOf(event), personal.get(event.type)!, keys.get(subjectOf(event))!),
        }
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

import type { EventStore, Module, NewEvent, RecordedEvent } from '@waymark/core/kernel';
import type { Keyring } from './keyring';
import { hasAny, isEncrypted, decrypted, encrypted, EncryptedDataChanged } from './encrypted';

/** Which fields of each event are personal, by the event's type: what is sealed. */
export type PersonalFields = ReadonlyMap<string, readonly string[]>;

export const personalFieldsOf = (modules: Iterable<Module>): PersonalFields =>
  new Map([...modules].flatMap(({ personal }) => [...personal]));

/** Whether an event has personal fields in clear, as a log has them that was written before they were sealed. */
export const isInClear = ({ type, data }: NewEvent, personal: PersonalFields): boolean =>
  hasAny(data, personal.get(type) ?? []);

/**
 * The same log with personal fields as they are: sealed with their subject's data key before they are written, opened as they
 * are read. Fields whose key was destroyed are absent; fields that were never sealed are left as they are. Who reads the store
 * itself sees them sealed, and needs no key.
 *
 * Reading throws `KeyMissing`, `MasterKeyMissing` and `SealedDataChanged`.
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

/** Events about to be appended, their personal fields sealed; `streamOf` says where each is to stand. */
export async function encryptAll<Event extends NewEvent>(
  events: readonly Event[],
  streamOf: (event: Event) => string,
  keyring: Keyring,
  personal: PersonalFields,
): Promise<readonly Event[]> {
  const subjects = new Set(events.filter((event) => isInClear(event, personal)).map(subjectOf));
  if (subjects.size === 0) return events;
  await keyring.refresh();
  const keys = await keyring.forSealing(subjects);
  return events.map((event) =>
    isInClear(event, personal)
      ? {
          ...event,
          data: encrypted(event, streamOf(event), personal.get(event.type)!, keys.get(subjectOf(event))!),
        }
      : event,
  );
}

/** What is personal belongs to somebody: an event that does not say to whom is this program's own fault. */
export function subjectOf({ type, metadata: { subject } }: NewEvent): string {
  if (subject === undefined) throw new Error(`event ${type} has personal fields, and no subject`);
  return subject;
}

/** Events as they were before they were sealed; each key is asked for once. */
export async function decryptAll(
  events: readonly RecordedEvent[],
  keyring: Keyring,
): Promise<RecordedEvent[]> {
  const subjects = new Set(events.filter(isEncrypted).map(ownerOf));
  if (subjects.size === 0) return [...events];
  const keys = await keyring.forOpening(subjects);
  return events.map((event) =>
    isEncrypted(event) ? { ...event, data: decrypted(event, keys.get(ownerOf(event))!) } : event,
  );
}

/** Whose key opens what is sealed. */
function ownerOf(event: RecordedEvent): string {
  const { subject } = event.metadata;
  if (subject === undefined) throw new EncryptedDataChanged(event);
  return subject;
}

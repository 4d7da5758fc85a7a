import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import type { PersonalFields } from './encrypting';

/**
 * The same log without personal fields, encrypted or in clear, for readers who may see only the rest. It is
 * read-only.
 */
export function redacting(store: EventStore, personal: PersonalFields): EventStore {
  const redacted = (event: RecordedEvent): RecordedEvent => {
    const hidden = [...(personal.get(event.type) ?? []), 'sealed'];
    const visible = Object.entries(event.data).filter(([name]) => !hidden.includes(name));
    return { ...event, data: Object.fromEntries(visible) };
  };
  return {
    append: () => Promise.reject(new Error('a redacted log is read-only')),
    readStream: async (stream, options) => (await store.readStream(stream, options)).map(redacted),
    readAll: async (after, limit, types) => {
      const { events, through } = await store.readAll(after, limit, types);
      return { events: events.map(redacted), through };
    },
    readStored: (after, limit) => store.readStored(after, limit),
    head: () => store.head(),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  };
}

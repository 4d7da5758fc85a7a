import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import type { PersonalFields } from './encrypting';

/** The same log without what is personal in it, sealed or in clear: for those who may see everything else. Nothing is appended to it. */
export function redacting(store: EventStore, personal: PersonalFields): EventStore {
  const bare = (event: RecordedEvent): RecordedEvent => {
    const withheld = [...(personal.get(event.type) ?? []), 'sealed'];
    const told = Object.entries(event.data).filter(([name]) => !withheld.includes(name));
    return { ...event, data: Object.fromEntries(told) };
  };
  return {
    append: () => Promise.reject(new Error('nothing is appended to a log from which something is withheld')),
    readStream: async (stream, options) => (await store.readStream(stream, options)).map(bare),
    readAll: async (after, limit, types) => {
      const { events, through } = await store.readAll(after, limit, types);
      return { events: events.map(bare), through };
    },
    readStored: (after, limit) => store.readStored(after, limit),
    head: () => store.head(),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  };
}

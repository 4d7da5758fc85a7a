import { randomUUID } from 'node:crypto';
import { type EventStore, type Position, START, WrongExpectedRevision } from '@waymark/core/kernel';

/**
 * A part of a server's log that looks like a log of its own: everything written from now on to streams with a
 * unique prefix. Connections that are set apart together share it.
 */
export async function apart(server: EventStore): Promise<(store: EventStore) => EventStore> {
  const begin = await server.head();
  const prefix = `${randomUUID()}.`;
  const plain = <Item extends { readonly stream: string }>(item: Item): Item => ({
    ...item,
    stream: item.stream.slice(prefix.length),
  });
  const since = (position: Position): Position => (position <= begin ? START : position);
  return (store) => ({
    append: (stream, expected, events) =>
      store.append(prefix + stream, expected, events).catch((error: unknown) => {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        throw new WrongExpectedRevision(stream, error.expected, error.actual);
      }),
    readStream: async (stream, options) => (await store.readStream(prefix + stream, options)).map(plain),
    readAll: async (after, limit, types) => {
      const { events, through } = await store.readAll(Math.max(after, begin), limit, types);
      if (events.some(({ stream }) => !stream.startsWith(prefix))) {
        throw new Error('something else writes to the server that EVENTSTORE_URL names');
      }
      return { events: events.map(plain), through };
    },
    readStored: async (after, limit) => {
      const { events, through } = await store.readStored(Math.max(after, begin), limit);
      return { events: events.map(plain), through };
    },
    head: async () => since(await store.head()),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  });
}

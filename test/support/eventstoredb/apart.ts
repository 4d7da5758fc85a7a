import { randomUUID } from 'node:crypto';
import { type EventStore, type Position, START, WrongExpectedRevision } from '@waymark/core/kernel';

/**
 * Part of a server's log that looks like one of its own: what is written from now on, to streams with a prefix of their
 * own. Connections share it that are put apart together.
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

import type { EventStore, Module, RecordedEvent, Upcaster } from '@waymark/core/kernel';

/** An upcaster threw. The message identifies the event and the kind of error, but contains no event data. */
export class UpcastFailed extends Error {
  constructor({ type, position, metadata }: RecordedEvent, error: unknown) {
    const kind = error instanceof Error ? error.name : typeof error;
    super(
      `event ${type} at position ${position}, schema ${metadata.schema}, cannot be upcast to the current schema: ${kind}`,
    );
    this.name = 'UpcastFailed';
  }
}

/**
 * The same log with each event's data upcast to the current schema. `metadata.schema` keeps the recorded
 * version. Copies and integrity checks use the underlying store instead.
 * If an upcaster throws, accessing that event's data throws {@link UpcastFailed}. This fails the fold that
 * needs the data, but not other readers. Events of unknown types or newer schemas are returned unchanged
 * ({@link unknownReason}).
 */
export function upcasting(store: EventStore, modules: Iterable<Module>): EventStore {
  const chains = new Map([...modules].flatMap(({ upcasters }) => [...upcasters]));
  if (chains.size === 0) return store;
  const current = (event: RecordedEvent): RecordedEvent => {
    const chain = chains.get(event.type);
    const { schema } = event.metadata;
    return chain && schema >= 1 && schema <= chain.length ? upcast(event, chain) : event;
  };
  return {
    append: (stream, expected, events) => store.append(stream, expected, events),
    readStream: async (stream, options) => (await store.readStream(stream, options)).map(current),
    readAll: async (after, limit, types) => {
      const { events, through } = await store.readAll(after, limit, types);
      return { events: events.map(current), through };
    },
    readStored: (after, limit) => store.readStored(after, limit),
    head: () => store.head(),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  };
}

function upcast(event: RecordedEvent, chain: readonly Upcaster[]): RecordedEvent {
  const { metadata } = event;
  let { data } = event;
  try {
    for (const next of chain.slice(metadata.schema - 1)) data = next(data as never, metadata);
    return { ...event, data };
  } catch (error) {
    return {
      ...event,
      get data(): never {
        throw new UpcastFailed(event, error);
      },
    };
  }
}

/** The current schema version of every event type of some modules. */
export const schemasOf = (modules: Iterable<Module>): ReadonlyMap<string, number> =>
  new Map([...modules].flatMap(({ schema }) => [...schema]));

/**
 * Why this version of the program cannot read an event, or undefined if it can. Most likely a newer version
 * recorded it. Such an event stops every projection that reaches it; it is never skipped.
 */
export function unknownReason(
  { type, position, metadata: { schema } }: RecordedEvent,
  known: ReadonlyMap<string, number>,
): string | undefined {
  const current = known.get(type);
  if (current === undefined) return `event ${type} at position ${position} is not known to this version`;
  if (schema >= 1 && schema <= current) return undefined;
  return `event ${type} at position ${position} has schema ${schema}, but this version supports only up to ${current}`;
}

import type { EventStore, Module, RecordedEvent, Upcaster } from '@waymark/core/kernel';

/** An upcaster threw. Says which event it was and what kind of error, and nothing of what the event says. */
export class UpcastFailed extends Error {
  constructor({ type, position, metadata }: RecordedEvent, error: unknown) {
    const kind = error instanceof Error ? error.name : typeof error;
    super(
      `event ${type} at position ${position}, of schema ${metadata.schema}, cannot be brought to the current schema: ${kind}`,
    );
    this.name = 'UpcastFailed';
  }
}

/**
 * The same log, each event's data in the current schema. `metadata.schema` stays as recorded, so that it can be told
 * what was; whoever copies or checks a log reads the store itself.
 *
 * Where an upcaster throws, looking at that event's data does ({@link UpcastFailed}): it fails the fold that needs
 * them, and nobody else's reading. Events of unknown types and newer schemas are left alone ({@link unknownReason}).
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

/** The current schema version of every event of some modules. */
export const schemasOf = (modules: Iterable<Module>): ReadonlyMap<string, number> =>
  new Map([...modules].flatMap(({ schema }) => [...schema]));

/**
 * Why this version of the program cannot take an event, where it cannot: another one recorded it, most likely a newer.
 * Such an event stops whoever folds it; it is never passed over.
 */
export function unknownReason(
  { type, position, metadata: { schema } }: RecordedEvent,
  known: ReadonlyMap<string, number>,
): string | undefined {
  const current = known.get(type);
  if (current === undefined) return `event ${type} at position ${position} is not known to this version`;
  if (schema >= 1 && schema <= current) return undefined;
  return `event ${type} at position ${position} was recorded with schema ${schema}, this version knows ${current}`;
}

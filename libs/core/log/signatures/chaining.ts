import { LRUCache } from 'lru-cache';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type RecordedEvent,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { chained, NO_HASH } from './chain';

/** Number of streams whose last event is cached. */
const ENDS = 50_000;

/** The last event of a stream, as far as this process has seen. */
interface End {
  readonly revision: number;
  readonly hash: string;
}

const BEGINNING: End = { revision: -1, hash: NO_HASH };

export interface ChainingOptions {
  /**
   * A successful append has always written exactly these events. If false, the store may instead have
   * recognised their ids as already written, as EventStoreDB does; what it holds is then read before another
   * event is chained to it.
   */
  readonly writesAnew?: boolean;
}

/**
 * The same log, with each appended event chained to the previous event of its stream. In a stream that started
 * without a chain, the chain starts with the first event appended here.
 * Concurrent appends to one stream are written one after the other. Appends to different streams may be written
 * in another order than they were issued.
 */
export function chaining(store: EventStore, { writesAnew = false }: ChainingOptions = {}): EventStore {
  const ends = new LRUCache<string, End>({ max: ENDS });
  const inTurn = serialised();

  const remember = (stream: string, end: End | undefined): void => {
    // Events are never overwritten: a cached end may be out of date, but never wrong.
    if (end && end.revision > (ends.get(stream)?.revision ?? -1)) ends.set(stream, end);
  };

  /** The event at a revision, or the last event if none is given. */
  const lookUp = async (stream: string, from?: number): Promise<End> => {
    const [last] = await store.readStream(stream, {
      direction: 'backwards',
      limit: 1,
      ...(from !== undefined && { from }),
    });
    return last ? endOf(last) : BEGINNING;
  };

  const appendAfter = async (stream: string, end: End, events: readonly NewEvent[]): Promise<Appended> => {
    const links = chained(stream, end, events);
    const appended = await store.append(stream, end.revision < 0 ? 'none' : end.revision, links);
    if (writesAnew)
      remember(stream, { revision: appended.revision, hash: links.at(-1)!.metadata.chain!.hash });
    else ends.delete(stream);
    return appended;
  };

  const appendAnywhere = async (stream: string, events: readonly NewEvent[]): Promise<Appended> => {
    for (let end = ends.get(stream); ; end = undefined) {
      try {
        return await appendAfter(stream, end ?? (await lookUp(stream)), events);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
  };

  const append = async (
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<Appended> => {
    if (events.length === 0) return store.append(stream, expected, events);
    if (expected === 'any') return appendAnywhere(stream, events);
    if (expected === 'none') return appendAfter(stream, BEGINNING, events);
    const known = ends.get(stream);
    const end = known?.revision === expected ? known : await lookUp(stream, expected);
    // The store refuses the append if the stream is shorter than expected.
    return appendAfter(stream, { revision: expected, hash: end.hash }, events);
  };

  return {
    append: (stream, expected, events) => inTurn(stream, () => append(stream, expected, events)),
    readStream: async (stream, options) => {
      const { from = 0, direction, limit } = options ?? {};
      // A caller that reads on from a revision is likely to append next, so the event before it is read too,
      // unless it is cached.
      const more = direction !== 'backwards' && from > 0 && ends.get(stream)?.revision !== from - 1 ? 1 : 0;
      const events = await store.readStream(stream, {
        ...options,
        ...(more > 0 && { from: from - more }),
        ...(limit !== undefined && { limit: limit + more }),
      });
      const last = events.at(direction === 'backwards' ? 0 : -1);
      remember(stream, last && endOf(last));
      return more > 0 ? events.filter(({ revision }) => revision >= from) : events;
    },
    readAll: (after, limit, types) => store.readAll(after, limit, types),
    readStored: (after, limit) => store.readStored(after, limit),
    head: () => store.head(),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  };
}

const endOf = ({ revision, metadata }: RecordedEvent): End => ({
  revision,
  hash: metadata.chain?.hash ?? NO_HASH,
});

/** Run the work for each key one after the other. */
function serialised(): <T>(thing: string, work: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<unknown>>();
  return (thing, work) => {
    const before = running.get(thing);
    const now = before ? before.then(work, work) : work();
    running.set(thing, now);
    const done = (): void => {
      if (running.get(thing) === now) running.delete(thing);
    };
    now.then(done, done);
    return now;
  };
}

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

/** Streams whose ends are kept in memory. */
const ENDS = 50_000;

/** A stream's last event, as far as this process has seen. */
interface End {
  readonly revision: number;
  readonly hash: string;
}

const BEGINNING: End = { revision: -1, hash: NO_HASH };

export interface ChainingOptions {
  /**
   * An append that succeeds has written these very events. Otherwise the store may have recognised their ids, as
   * EventStoreDB does, and what it holds is read before anything is chained to it.
   */
  readonly writesAnew?: boolean;
}

/**
 * The same log, each event that is appended chained to the one before it in its stream. The chain of a stream that was
 * begun without one begins with the first event appended here.
 *
 * Appends to one stream that come at once are written one after the other, so those to several streams may be written in
 * another order than they came.
 */
export function chaining(store: EventStore, { writesAnew = false }: ChainingOptions = {}): EventStore {
  const ends = new LRUCache<string, End>({ max: ENDS });
  const inTurn = turns();

  const seen = (stream: string, end: End | undefined): void => {
    // What is written is never written over: an end that is known can be early, and not wrong.
    if (end && end.revision > (ends.get(stream)?.revision ?? -1)) ends.set(stream, end);
  };

  /** The event at a revision, or the last one. */
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
    if (writesAnew) seen(stream, { revision: appended.revision, hash: links.at(-1)!.metadata.chain!.hash });
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
    // A stream that is not as long refuses, whatever the events say.
    return appendAfter(stream, { revision: expected, hash: end.hash }, events);
  };

  return {
    append: (stream, expected, events) => inTurn(stream, () => append(stream, expected, events)),
    readStream: async (stream, options) => {
      const { from = 0, direction, limit } = options ?? {};
      // Who reads on from an event is likely to append after it: that one is read too, unless it is known.
      const more = direction !== 'backwards' && from > 0 && ends.get(stream)?.revision !== from - 1 ? 1 : 0;
      const events = await store.readStream(stream, {
        ...options,
        ...(more > 0 && { from: from - more }),
        ...(limit !== undefined && { limit: limit + more }),
      });
      const last = events.at(direction === 'backwards' ? 0 : -1);
      seen(stream, last && endOf(last));
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

/** Work on each of some things, one piece after the other. */
function turns(): <T>(thing: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<unknown>>();
  return (thing, work) => {
    const before = underWay.get(thing);
    const now = before ? before.then(work, work) : work();
    underWay.set(thing, now);
    const done = (): void => {
      if (underWay.get(thing) === now) underWay.delete(thing);
    };
    now.then(done, done);
    return now;
  };
}

import { LRUCache } from 'lru-cache';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type ReadStream,
  type RecordedEvent,
  StreamDamaged,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { chained } from './chain';
import { BEGINNING, type Begin, type End, endOf, faultIn } from './stream-end';

/** Number of streams whose last event is cached. */
const ENDS = 50_000;

export interface ChainingOptions {
  /**
   * A successful append has always written exactly these events. If false, the store behaves as EventStoreDB
   * does: it may instead have recognised their ids as already written, so what it holds is read before another
   * event is chained to it; and it accepts the first event of a deleted stream, so a stream is read before its
   * first event is written.
   */
  readonly writesAnew?: boolean;
}

/**
 * The same log, with each appended event chained to the previous event of its stream. In a stream that started
 * without a chain, the chain starts with the first event appended here.
 * Events that are read from a stream are checked: each must match its own hash and follow the event before it,
 * and the first must be revision 0. A caller that reads on from a revision has read the event before it, so that
 * event must be there. Otherwise {@link StreamDamaged} is thrown, and nothing is appended.
 * Concurrent appends to one stream are written one after the other. Appends to different streams may be written
 * in another order than they were issued.
 */
export function chaining(store: EventStore, { writesAnew = false }: ChainingOptions = {}): EventStore {
  const ends = new LRUCache<string, End>({ max: ENDS });
  /** Streams that were read and do not exist. */
  const absent = new LRUCache<string, true>({ max: ENDS });
  const inTurn = serialised();

  const remember = (stream: string, end: End | undefined): void => {
    // Events are never overwritten: a cached end may be out of date, but never wrong.
    if (end && end.revision > (ends.get(stream)?.revision ?? -1)) ends.set(stream, end);
  };

  /** Read a part of a stream forwards, and check that it follows the event before it. */
  const readOn = async (
    stream: string,
    begin: Begin,
    limit: number | undefined,
  ): Promise<RecordedEvent[]> => {
    const part = { from: begin.revision + 1, ...(limit !== undefined && { limit }) };
    return intact(stream, begin, await store.readStream(stream, part));
  };

  /** Read a part of a stream backwards, and check that its events follow each other. */
  const readBack = async (stream: string, options: ReadStream): Promise<RecordedEvent[]> => {
    const events = await store.readStream(stream, { ...options, direction: 'backwards' });
    const first = events.at(-1)?.revision ?? 0;
    intact(stream, first === 0 ? BEGINNING : { revision: first - 1 }, events.toReversed());
    return events;
  };

  /** The event at a revision, or the last event if none is given. */
  const lookUp = async (stream: string, from?: number): Promise<End> => {
    const [last] = await readBack(stream, { limit: 1, ...(from !== undefined && { from }) });
    if (!last) return BEGINNING;
    // A stream that lacks its beginning is not continued.
    if (last.revision > 0) await readOn(stream, BEGINNING, 1);
    return endOf(last);
  };

  const appendAfter = async (stream: string, end: End, events: readonly NewEvent[]): Promise<Appended> => {
    const links = chained(stream, end, events);
    const expected = end.revision < 0 ? 'none' : end.revision;
    const appended = await store.append(stream, expected, links).catch((error: unknown) => {
      const seen = ends.get(stream)?.revision ?? -1;
      const lost = error instanceof WrongExpectedRevision && (error.actual === 'none' || error.actual < seen);
      throw lost && seen >= 0 ? shorter(stream, seen) : error;
    });
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
    if (expected === 'none') {
      if (!absent.delete(stream) && !writesAnew) await readOn(stream, BEGINNING, 1);
      return appendAfter(stream, BEGINNING, events);
    }
    const known = ends.get(stream);
    const end = known?.revision === expected ? known : await lookUp(stream, expected);
    // The store refuses the append if the stream is shorter than expected.
    return appendAfter(stream, { revision: expected, hash: end.hash }, events);
  };

  return {
    append: (stream, expected, events) => inTurn(stream, () => append(stream, expected, events)),
    readStream: async (stream, options = {}) => {
      const { from = 0, direction, limit } = options;
      if (direction === 'backwards') {
        const events = await readBack(stream, options);
        remember(stream, events[0] && endOf(events[0]));
        return events;
      }
      const known = from === 0 ? BEGINNING : ends.get(stream);
      // Unless the event before `from` is known, it is read too.
      const more = known?.revision === from - 1 ? 0 : 1;
      const begin = more === 0 ? known! : from === 1 ? BEGINNING : { revision: from - 2 };
      const events = await readOn(stream, begin, limit === undefined ? undefined : limit + more);
      if (more > 0 && events.length === 0) throw shorter(stream, from - 1);
      const last = events.at(-1);
      remember(stream, last && endOf(last));
      if (from === 0 && limit !== 0 && !last) absent.set(stream, true);
      return events.slice(more);
    },
    readAll: (after, limit, types) => store.readAll(after, limit, types),
    readStored: (after, limit) => store.readStored(after, limit),
    head: () => store.head(),
    onAppended: (wake) => store.onAppended(wake),
    close: () => store.close(),
  };
}

/** Events read in order, if they are what was recorded. Throws {@link StreamDamaged}. */
function intact(stream: string, begin: Begin, events: RecordedEvent[]): RecordedEvent[] {
  const fault = faultIn(begin, events);
  if (!fault) return events;
  const code = fault.kind === 'REMOVED' ? 'STREAM_INCOMPLETE' : 'STREAM_CHANGED';
  throw new StreamDamaged(code, stream, fault.message);
}

/** The stream no longer has an event that was read from it, or that a caller reads on from. */
const shorter = (stream: string, revision: number): StreamDamaged =>
  new StreamDamaged(
    'STREAM_INCOMPLETE',
    stream,
    `Revision ${String(revision)}, which was there, is missing.`,
  );

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

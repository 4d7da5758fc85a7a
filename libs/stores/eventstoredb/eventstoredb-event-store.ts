import type { AllStreamRecordedEvent, ReadPosition } from '@eventstore/db-client';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LogPage,
  type NewEvent,
  type Position,
  type ReadStream,
  type RecordedEvent,
  START,
  type StoredPage,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { Appender, type AppendLimits } from './appender';
import { persistently } from './calls';
import { connect, type Connection } from './connection';
import { isSystem, positionOf, recorded, stored } from './events';
import { Follower } from './follower';
import { ofAll, ofStream, place } from './readings';

export type EventStoreDbOptions = AppendLimits;

const DEFAULTS: EventStoreDbOptions = {
  deadline: 5_000,
  patience: 15_000,
  // Servers up to 25.0 take 1 MiB, unless they are told otherwise.
  maxAppend: 1_020 * 1_024,
  page: 1_000,
};

/** Events to look at first for the last one that is not the system's. */
const NEAR_END = 8;

/**
 * The event store on a server or cluster of EventStoreDB or KurrentDB, from 22.6 on.
 *
 * Positions are offsets in its log. The server's own events are passed over: their streams, and types, begin with `$`.
 * Who connects must be allowed to read `$all`.
 */
export class EventStoreDbEventStore implements EventStore {
  private readonly connection: Connection;
  private readonly options: EventStoreDbOptions;
  private readonly appender: Appender;
  private readonly follower: Follower;
  /** Calls that are under way. */
  private readonly calls = new Set<Promise<unknown>>();
  private closed = false;

  /** `connectionString` is the server's, `esdb://` or `esdb+discover://`, with credentials and TLS as it says. */
  constructor(connectionString: string, options: Partial<EventStoreDbOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.connection = connect(connectionString);
    this.appender = new Appender(this.connection, this.options);
    this.follower = new Follower(this.connection);
  }

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    return this.call(() =>
      events.length === 0 ? this.nothing(stream, expected) : this.appender.append(stream, expected, events),
    );
  }

  readStream(
    stream: string,
    { from, direction = 'forwards', limit }: ReadStream = {},
  ): Promise<RecordedEvent[]> {
    const edge = direction === 'forwards' ? 'start' : 'end';
    const options = {
      direction,
      fromRevision: from === undefined ? edge : BigInt(from),
      maxCount: limit ?? Number.MAX_SAFE_INTEGER,
    } as const;
    return this.reading(async () => {
      const events = await ofStream(this.connection, stream, options, this.options.deadline);
      return events.map(recorded);
    });
  }

  async readAll(after: Position, limit: number, types?: ReadonlySet<string>): Promise<LogPage> {
    const { events, through } = await this.pageAfter(after, limit, types);
    return { events: events.map(recorded), through };
  }

  async readStored(after: Position, limit: number): Promise<StoredPage> {
    const { events, through } = await this.pageAfter(after, limit);
    return { events: events.map(stored), through };
  }

  head(): Promise<Position> {
    return this.reading(async () => {
      let count = NEAR_END;
      for (let from: ReadPosition = 'end'; ; count = this.options.page) {
        const options = { direction: 'backwards', fromPosition: from, maxCount: count } as const;
        const events = await ofAll(this.connection, options, this.options.deadline);
        const last = events.find((event) => !isSystem(event));
        if (last) return positionOf(last);
        if (events.length < count) return START;
        from = place(positionOf(events.at(-1)!));
      }
    });
  }

  onAppended(wake: () => void): () => void {
    if (this.closed) throw isClosed();
    return this.follower.listen(wake);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.closed = true;
    this.follower.close();
    await Promise.allSettled(this.calls);
    await this.connection.client.dispose();
  }

  /** An append of no events: nothing is sent, but its expectation is held against the stream. */
  private async nothing(stream: string, expected: ExpectedRevision): Promise<Appended> {
    const [last] = await this.readStream(stream, { direction: 'backwards', limit: 1 });
    const actual = last?.revision ?? 'none';
    if (expected !== 'any' && expected !== actual) throw new WrongExpectedRevision(stream, expected, actual);
    return { revision: last?.revision ?? -1, position: last?.position ?? START };
  }

  private pageAfter(
    after: Position,
    limit: number,
    types?: ReadonlySet<string>,
  ): Promise<{ readonly events: readonly AllStreamRecordedEvent[]; readonly through: Position }> {
    const { progress } = this.follower;
    const events: AllStreamRecordedEvent[] = [];
    let through = after;
    let start = progress.startAfter(after);
    /** The last event of ours, of whatever type. */
    let last = after;
    // One more than wanted, for the one at `start` comes again; a whole page where some will be passed over.
    let count = types === undefined ? limit + 1 : Math.max(limit + 1, this.options.page);
    // Goes on where it was if it has to be repeated.
    return this.reading(async () => {
      for (let end = false; !end && events.length < limit;) {
        const options = { fromPosition: place(start), maxCount: count };
        const page = await ofAll(this.connection, options, this.options.deadline);
        for (const event of page) {
          if (events.length === limit) break;
          const position = positionOf(event);
          if (position <= through) continue;
          through = start = position;
          if (isSystem(event)) continue;
          progress.passedOver(last, position);
          last = position;
          if (types?.has(event.type) !== false) events.push(event);
        }
        end = page.length < count;
        count = Math.max(limit - events.length + 1, this.options.page);
      }
      progress.passedOver(last, through);
      return { events, through };
    });
  }

  private reading<T>(work: () => Promise<T>): Promise<T> {
    return this.call(() => persistently(this.options, work, () => this.closed));
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) throw isClosed();
    const call = work();
    this.calls.add(call);
    try {
      return await call;
    } finally {
      this.calls.delete(call);
    }
  }
}

const isClosed = (): Error => new Error('the event store is closed');

import type { AllStreamRecordedEvent, ReadPosition } from '@eventstore/db-client';
import {
  type Appended,
  type ExpectedRevision,
  type HiddenPart,
  type LogPage,
  type LogStore,
  type NewEvent,
  type Position,
  type ReadStream,
  type RecordedEvent,
  START,
  type StoredPage,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { Appender, type AppendLimits } from './appender';
import { withRetries } from './calls';
import { connect, type Connection } from './connection';
import { isSystem, positionOf, recorded, sealEvent, SEALS, stored } from './events';
import { Follower } from './follower';
import { hiddenStreams } from './hidden-streams';
import { readAll, readStream, readFrom } from './reads';

export type EventStoreDbOptions = AppendLimits;

const DEFAULTS: EventStoreDbOptions = {
  deadline: 5_000,
  patience: 15_000,
  // Servers up to 25.0 accept 1 MiB by default.
  maxAppend: 1_020 * 1_024,
  page: 1_000,
};

/** Number of events to read first when looking for the last non-system event. */
const NEAR_END = 8;

/**
 * The event store on a server or cluster of EventStoreDB or KurrentDB, version 22.6 or newer.
 * Positions are offsets in its log. The server's own events, whose streams or types start with `$`, are
 * skipped. The user must have permission to read `$all`.
 */
export class EventStoreDbEventStore implements LogStore {
  private readonly connection: Connection;
  private readonly options: EventStoreDbOptions;
  private readonly appender: Appender;
  private readonly follower: Follower;
  /** Calls in progress. */
  private readonly calls = new Set<Promise<unknown>>();
  private closed = false;

  /**
   * `connectionString` has the scheme `esdb://` or `esdb+discover://`, and includes credentials and TLS
   * settings.
   */
  constructor(connectionString: string, options: Partial<EventStoreDbOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.connection = connect(connectionString);
    this.appender = new Appender(this.connection, this.options);
    this.follower = new Follower(this.connection);
  }

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    return this.call(() =>
      events.length === 0
        ? this.emptyAppend(stream, expected)
        : this.appender.append(stream, expected, events),
    );
  }

  readStream(
    stream: string,
    { from, direction = 'forwards', limit }: ReadStream = {},
  ): Promise<RecordedEvent[]> {
    const isForwards = direction === 'forwards';
    const isWhole = from === undefined || (isForwards && from === 0);
    const options = {
      direction,
      fromRevision: isWhole ? (isForwards ? 'start' : 'end') : BigInt(from),
      maxCount: limit ?? Number.MAX_SAFE_INTEGER,
    } as const;
    return this.reading(async () => {
      const events = await readStream(this.connection, stream, options, this.options.deadline);
      return events.map(recorded);
    });
  }

  async count(through: Position): Promise<number> {
    let counted = 0;
    for (let [after, more] = [START, true]; more;) {
      const page = await this.pageAfter(after, this.options.page);
      counted += page.events.filter((event) => positionOf(event) <= through).length;
      [after, more] = [page.through, page.events.length === this.options.page && page.through < through];
    }
    return counted;
  }

  sealRecord(): Promise<string | undefined> {
    return this.reading(async () => {
      const options = { direction: 'backwards', fromRevision: 'end', maxCount: 1 } as const;
      const [last] = await readStream(this.connection, SEALS, options, this.options.deadline);
      return (last?.data as { readonly record?: string } | undefined)?.record;
    });
  }

  async saveSealRecord(record: string): Promise<void> {
    await this.call(() => this.appender.append(SEALS, 'any', [sealEvent(record)]));
  }

  hiddenParts(): Promise<readonly HiddenPart[]> {
    return this.call(() => hiddenStreams(this.connection, this.options, () => this.closed));
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
        const events = await readAll(this.connection, options, this.options.deadline);
        const last = events.find((event) => !isSystem(event));
        if (last) return positionOf(last);
        if (events.length < count) return START;
        from = readFrom(positionOf(events.at(-1)!));
      }
    });
  }

  onAppended(wake: () => void): () => void {
    if (this.closed) throw isClosed();
    return this.follower.listen(wake);
  }

  /** Waits for calls in progress. */
  async close(): Promise<void> {
    this.closed = true;
    this.follower.close();
    await Promise.allSettled(this.calls);
    await this.connection.client.dispose();
  }

  /** An append of no events: nothing is sent, but the expected revision is checked. */
  private async emptyAppend(stream: string, expected: ExpectedRevision): Promise<Appended> {
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
    /** Position of the last non-system event, of any type. */
    let last = after;
    // One more than requested, because the event at `start` is returned again; at least a page if some events
    // will be filtered out.
    let count = types === undefined ? limit + 1 : Math.max(limit + 1, this.options.page);
    // A retry continues where the read stopped.
    return this.reading(async () => {
      for (let end = false; !end && events.length < limit;) {
        const options = { fromPosition: readFrom(start), maxCount: count };
        const page = await readAll(this.connection, options, this.options.deadline);
        for (const event of page) {
          if (events.length === limit) break;
          const position = positionOf(event);
          if (position <= through) continue;
          through = start = position;
          if (isSystem(event)) continue;
          progress.rangeWithoutEvents(last, position);
          last = position;
          if (types?.has(event.type) !== false) events.push(event);
        }
        end = page.length < count;
        count = Math.max(limit - events.length + 1, this.options.page);
      }
      progress.rangeWithoutEvents(last, through);
      return { events, through };
    });
  }

  private reading<T>(work: () => Promise<T>): Promise<T> {
    return this.call(() => withRetries(this.options, work, () => this.closed));
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

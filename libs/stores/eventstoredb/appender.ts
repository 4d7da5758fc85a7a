import { setTimeout as delay } from 'node:timers/promises';
import { MaxAppendSizeExceededError, WrongExpectedVersionError } from '@eventstore/db-client';
import { append } from '@eventstore/db-client/dist/streams/appendToStream/append';
import {
  type Appended,
  AppendTooLarge,
  type ExpectedRevision,
  type NewEvent,
  StreamDamaged,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { withDeadline, type TimeLimits, PAUSE, Unanswered, unavailable } from './calls';
import type { Connection } from './connection';
import { type Batch, positionOf, proposed, revisionOf } from './events';
import { orDamaged, readStream } from './reads';

export interface AppendLimits extends TimeLimits {
  /** Maximum size of one append, in bytes. */
  readonly maxAppend: number;
  /** Number of events to request at a time if the required number is unknown; at least two. */
  readonly page: number;
}

/** The end of a stream. */
interface Tail {
  readonly revision: number | 'none';
  /** Where the batch is, if it was written. */
  readonly found?: Appended;
}

/**
 * Appends events, and finds out the outcome of unanswered appends.
 * Each append is a separate call (`Append`) instead of a message on the shared stream (`BatchAppend`, the
 * default of `appendToStream`). On the shared stream the client has no deadline, keeps pending appends in one
 * table for all clients of the process, and ends the process with an exception if a response arrives after
 * another client's stream has failed.
 */
export class Appender {
  constructor(
    private readonly connection: Connection,
    private readonly limits: AppendLimits,
  ) {}

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const batch = proposed(events);
    if (batch.bytes > this.limits.maxAppend) throw new AppendTooLarge(batch.bytes, this.limits.maxAppend);
    const end = performance.now() + this.limits.patience;
    try {
      return await this.send(stream, expected, batch, this.limits.deadline);
    } catch (error) {
      if (error instanceof Unanswered) return this.resolveUnanswered(stream, expected, batch, error, end);
      throw refusal(error, stream, expected, batch);
    }
  }

  /**
   * Find out the outcome of an unanswered append: it was written, or it is sent again with the same event ids.
   * It is never sent again with 'any': for that, the server recognises only its most recent ids, and none after
   * a restart. With an exact revision a repetition is always safe, even if the first append arrives late: the
   * server writes once at that revision, and recognises the events it already has.
   */
  private async resolveUnanswered(
    stream: string,
    expected: ExpectedRevision,
    batch: Batch,
    unanswered: Unanswered,
    end: number,
  ): Promise<Appended> {
    let before = expected === 'any' ? 'none' : expected;
    let cause = unanswered;
    for (let pause: number = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
      const left = end - performance.now() - pause;
      if (left <= 0) throw unavailable(cause);
      await delay(pause);
      const deadline = Math.min(left, this.limits.deadline);
      try {
        const { revision, found } = await this.tail(stream, before, batch, deadline);
        if (found) return found;
        if (expected !== 'any' && revision !== expected) {
          throw new WrongExpectedRevision(stream, expected, revision);
        }
        before = revision;
        return await this.send(stream, before, batch, deadline);
      } catch (error) {
        if (error instanceof WrongExpectedRevision || error instanceof StreamDamaged) throw error;
        // Any other error says nothing about the first attempt.
        cause = error instanceof Unanswered ? error : new Unanswered({ cause: error });
      }
    }
  }

  private async send(
    stream: string,
    expected: ExpectedRevision,
    { events }: Batch,
    deadline: number,
  ): Promise<Appended> {
    const { client, as } = this.connection;
    const expectedRevision = revisionOf(expected);
    const { nextExpectedRevision, position } = await withDeadline(
      append.call(client, stream, events, {
        ...as,
        deadline,
        expectedRevision,
        requiresLeader: true,
        batchAppendSize: 0,
      }),
      deadline,
    );
    // For events it already had, the server need not return a position.
    if (!position) throw new Unanswered();
    const revision = Number(nextExpectedRevision);
    if (expected !== 'any' && revision !== (expected === 'none' ? -1 : expected) + events.length)
      throw new StreamDamaged(
        'STREAM_INCOMPLETE',
        stream,
        `The server wrote events up to revision ${String(revision)}, which is not the expected one: the stream was deleted or cut.`,
      );
    return { revision, position: Number(position.commit) };
  }

  /** Read backwards from the end of a stream to a revision, looking for the last event of a batch. */
  private async tail(
    stream: string,
    before: number | 'none',
    { events }: Batch,
    silence: number,
  ): Promise<Tail> {
    const { id } = events.at(-1)!;
    let revision: number | 'none' = 'none';
    let maxCount = events.length + 1;
    for (let from: 'end' | bigint = 'end'; ; maxCount = this.limits.page) {
      const options = { direction: 'backwards', fromRevision: from, maxCount } as const;
      const found = await readStream(this.connection, stream, options, silence);
      if (from === 'end' && found[0]) revision = Number(found[0].revision);
      const ours = found.find((event) => event.id === id);
      if (ours) return { revision, found: { revision: Number(ours.revision), position: positionOf(ours) } };
      const last = found.at(-1);
      if (!last || last.revision <= (before === 'none' ? 0 : before)) return { revision };
      from = last.revision - 1n;
    }
  }
}

/** Translate the server's refusal to an error of the port. */
function refusal(error: unknown, stream: string, expected: ExpectedRevision, { bytes }: Batch): unknown {
  if (error instanceof WrongExpectedVersionError) {
    const actual = error.actualVersion === 'no_stream' ? 'none' : Number(error.actualVersion);
    return new WrongExpectedRevision(stream, expected, actual);
  }
  if (error instanceof MaxAppendSizeExceededError) return new AppendTooLarge(bytes, error.maxAppendSize);
  return orDamaged(error, stream);
}

import { setTimeout as delay } from 'node:timers/promises';
import { MaxAppendSizeExceededError, WrongExpectedVersionError } from '@eventstore/db-client';
import { append } from '@eventstore/db-client/dist/streams/appendToStream/append';
import {
  type Appended,
  AppendTooLarge,
  type ExpectedRevision,
  type NewEvent,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { answered, type Patience, PAUSE, Unanswered, unavailable } from './calls';
import type { Connection } from './connection';
import { type Batch, positionOf, proposed, revisionOf } from './events';
import { deleted, ofStream } from './readings';

export interface AppendLimits extends Patience {
  /** Bytes that the server takes in one append. */
  readonly maxAppend: number;
  /** Events to ask for at once where it is not known how many are wanted; two at least. */
  readonly page: number;
}

/** What a look at the end of a stream shows. */
interface Tail {
  readonly revision: number | 'none';
  /** Where the events looked for stand, if they are there. */
  readonly found?: Appended;
}

/**
 * Appends, and finds out about those that were not answered.
 *
 * Each goes as a call of its own (`Append`) and not over the stream that they all share (`BatchAppend`, which
 * `appendToStream` chooses): there the client has no deadline, keeps what is waiting in one table for all clients of
 * the process, and ends the process with an exception where it is answered after another client's stream has failed.
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
      if (error instanceof Unanswered) return this.settle(stream, expected, batch, error, end);
      throw refusal(error, stream, expected, batch);
    }
  }

  /**
   * What became of an append that was not answered: it is there, or it is sent once more, with the same ids.
   *
   * Once more never means 'any', of which the server knows again only its most recent ids, and none after a restart.
   * With an exact revision it is safe whatever happens meanwhile, even if the first one arrives late: the server writes
   * at that revision once, and recognises there what it has.
   */
  private async settle(
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
        if (error instanceof WrongExpectedRevision) throw error;
        // Whatever else it is, of the first attempt it says nothing.
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
    const { nextExpectedRevision, position } = await answered(
      append.call(client, stream, events, {
        ...as,
        deadline,
        expectedRevision,
        requiresLeader: true,
        batchAppendSize: 0,
      }),
      deadline,
    );
    // The server need not say where events stand that it had already.
    if (!position) throw new Unanswered();
    return { revision: Number(nextExpectedRevision), position: Number(position.commit) };
  }

  /** Look back from a stream's end, as far as a revision, for the last event of a batch. */
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
      const found = await ofStream(this.connection, stream, options, silence);
      if (from === 'end' && found[0]) revision = Number(found[0].revision);
      const ours = found.find((event) => event.id === id);
      if (ours) return { revision, found: { revision: Number(ours.revision), position: positionOf(ours) } };
      const last = found.at(-1);
      if (!last || last.revision <= (before === 'none' ? 0 : before)) return { revision };
      from = last.revision - 1n;
    }
  }
}

/** The server's refusal in the words of the port. */
function refusal(error: unknown, stream: string, expected: ExpectedRevision, { bytes }: Batch): unknown {
  if (error instanceof WrongExpectedVersionError) {
    const actual = error.actualVersion === 'no_stream' ? 'none' : Number(error.actualVersion);
    return new WrongExpectedRevision(stream, expected, actual);
  }
  if (error instanceof MaxAppendSizeExceededError) return new AppendTooLarge(bytes, error.maxAppendSize);
  return deleted(error, stream);
}

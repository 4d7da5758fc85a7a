import { setTimeout as delay } from 'node:timers/promises';
import { ErrorType, isCommandError, type StreamingRead } from '@eventstore/db-client';
import { StoreUnavailable } from '@waymark/core/kernel';

/** How long calls may take, in milliseconds. */
export interface Patience {
  /** One call to the server; of a long answer, the silence between two parts of it. */
  readonly deadline: number;
  /** A call and its repetitions. */
  readonly patience: number;
}

/** How long to wait before the first repetition; each time twice as long, up to the longest. In milliseconds. */
export const PAUSE = { first: 50, longest: 1_000 } as const;

/** The server did not say what became of a call: it may have been carried out. */
export class Unanswered extends Error {
  constructor(options?: ErrorOptions) {
    super('the call was not answered', options);
    this.name = 'Unanswered';
  }
}

const PASSING = new Set([
  ErrorType.UNAVAILABLE,
  ErrorType.NOT_LEADER,
  ErrorType.CANCELLED,
  ErrorType.TIMEOUT,
  ErrorType.DEADLINE_EXCEEDED,
]);

/** Codes of gRPC (cancelled, unknown, internal) with which a call ends that nobody has judged. */
const UNJUDGED = new Set<number | undefined>([1, 2, 13]);

/**
 * The client's error, or {@link Unanswered} where it is no answer. What the client throws without having heard from a
 * server (no member of the cluster was found, the channel had just been closed) is none.
 */
function understood(error: unknown): unknown {
  const judged =
    error instanceof Error &&
    isCommandError(error) &&
    !PASSING.has(error.type) &&
    !(error.type === ErrorType.UNKNOWN && UNJUDGED.has(error.code));
  return judged || error instanceof Unanswered ? error : new Unanswered({ cause: error });
}

/** What the client answers to a call, unless it takes longer than so many milliseconds. */
export async function answered<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unanswered()), milliseconds);
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    throw understood(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The whole of a long answer; {@link Unanswered} where nothing more of it comes for so many milliseconds.
 *
 * Whoever wants only a part must ask for no more: an answer left half read is kept, by the client, for ever.
 */
export async function received<Part>(reading: StreamingRead<Part>, silence: number): Promise<Part[]> {
  // For errors that come when nobody listens any more.
  reading.on('error', () => undefined);
  const timer = setTimeout(() => {
    reading.destroy(new Unanswered());
    // It fails where the call never came about.
    reading.cancel().catch(() => undefined);
  }, silence);
  const parts: Part[] = [];
  try {
    for await (const part of reading as AsyncIterable<Part>) {
      timer.refresh();
      parts.push(part);
    }
    return parts;
  } catch (error) {
    throw understood(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Repeat what may be done twice until it is answered. */
export async function persistently<T>(
  { patience }: Patience,
  work: () => Promise<T>,
  givenUp: () => boolean,
): Promise<T> {
  const end = performance.now() + patience;
  for (let pause: number = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (givenUp() || performance.now() + pause > end) throw unavailable(error);
    }
    await delay(pause);
  }
}

export const unavailable = ({ cause }: Unanswered): StoreUnavailable =>
  new StoreUnavailable('event store', { cause });

import { setTimeout as delay } from 'node:timers/promises';
import { ErrorType, isCommandError, type StreamingRead } from '@eventstore/db-client';
import { StoreUnavailable } from '@waymark/core/kernel';

/** Time limits for calls, in milliseconds. */
export interface TimeLimits {
  /** For one call; for a streamed response, the time between two parts. */
  readonly deadline: number;
  /** For a call including its retries. */
  readonly patience: number;
}

/** Delay before the first retry, doubled for each further retry up to the maximum. In milliseconds. */
export const PAUSE = { first: 50, longest: 1_000 } as const;

/** The server did not report the outcome of a call: it may have been carried out. */
export class Unanswered extends Error {
  constructor(options?: ErrorOptions) {
    super('the call was not answered', options);
    this.name = 'Unanswered';
  }
}

const TRANSIENT = new Set([
  ErrorType.UNAVAILABLE,
  ErrorType.NOT_LEADER,
  ErrorType.CANCELLED,
  ErrorType.TIMEOUT,
  ErrorType.DEADLINE_EXCEEDED,
]);

/** gRPC codes (cancelled, unknown, internal) of calls without a definite outcome. */
const INCONCLUSIVE = new Set<number | undefined>([1, 2, 13]);

/**
 * The client's error, or {@link Unanswered} if it is not a response of the server. Errors that the client
 * raises without a response (no cluster member was found, the channel was just closed) count as unanswered.
 */
function classified(error: unknown): unknown {
  const isAnswer =
    error instanceof Error &&
    isCommandError(error) &&
    !TRANSIENT.has(error.type) &&
    !(error.type === ErrorType.UNKNOWN && INCONCLUSIVE.has(error.code));
  return isAnswer || error instanceof Unanswered ? error : new Unanswered({ cause: error });
}

/** The result of a call, within a time limit in milliseconds. */
export async function withDeadline<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unanswered()), milliseconds);
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    throw classified(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * All parts of a streamed response; {@link Unanswered} if no part arrives for `silence` milliseconds.
 * Request no more parts than needed: the client keeps a partly read response forever.
 */
export async function collected<Part>(reading: StreamingRead<Part>, silence: number): Promise<Part[]> {
  // For errors that are raised after the last listener is gone.
  reading.on('error', () => undefined);
  const timer = setTimeout(() => {
    reading.destroy(new Unanswered());
    // It fails if the call was never established.
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
    throw classified(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Retry an idempotent call until it is answered. */
export async function withRetries<T>(
  { patience }: TimeLimits,
  work: () => Promise<T>,
  isStopped: () => boolean,
): Promise<T> {
  const end = performance.now() + patience;
  for (let pause: number = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (isStopped() || performance.now() + pause > end) throw unavailable(error);
    }
    await delay(pause);
  }
}

export const unavailable = ({ cause }: Unanswered): StoreUnavailable =>
  new StoreUnavailable('event store', { cause });

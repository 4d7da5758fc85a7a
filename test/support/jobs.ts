import { setTimeout as pause } from 'node:timers/promises';
import type { Job, JobContext, JobHandler, JobInterrupted, Jobs, JobState } from '@waymark/core/kernel';

/**
 * The first result of `look` that is not undefined; throws an error with the text of `what` after a timeout.
 */
export async function eventually<T>(
  what: () => string,
  look: () => Promise<T | undefined>,
  within = 30_000,
): Promise<T> {
  const until = Date.now() + within;
  while (Date.now() < until) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(20);
  }
  throw new Error(what());
}

/** A job, once it has the state and the other expected properties. */
export async function inState(
  jobs: Jobs,
  id: string,
  state: JobState,
  holds: (job: Job) => boolean = () => true,
): Promise<Job> {
  let last: Job | undefined;
  return eventually(
    () => `not ${state} as expected: ${JSON.stringify(last)}`,
    async () => {
      last = await jobs.get(id);
      return last?.state === state && holds(last) ? last : undefined;
    },
  );
}

/** A promise that can be resolved from outside. */
export function latch<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  let open!: (value: T) => void;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

type Run = (data: Painting, context: JobContext) => Promise<object | undefined>;

export interface Painting {
  readonly locker: number;
}

export const PAINT = 'paint';

/** A handler that paints lockers; by default three attempts with almost no delay, five lockers at a time. */
export const painting = (run: Run, how: Partial<JobHandler> = {}): JobHandler => ({
  kind: PAINT,
  run,
  attempts: 3,
  backoff: 10,
  concurrency: 5,
  ...how,
});

/** The reason for interrupting a handler, once it is interrupted. */
export const interruption = (signal: AbortSignal): Promise<JobInterrupted> =>
  new Promise((resolve) => {
    const told = (): void => resolve(signal.reason as JobInterrupted);
    if (signal.aborted) told();
    else signal.addEventListener('abort', told, { once: true });
  });

/** Works until it is interrupted, and then throws the reason. */
export const untilTold: Run = async (_, { signal }) => {
  throw await interruption(signal);
};

import { setTimeout as pause } from 'node:timers/promises';
import type { Job, JobContext, JobHandler, JobInterrupted, Jobs, JobState } from '@waymark/core/kernel';

/** What `look` gives as soon as that is something; an error where it takes too long, in the words of `what`. */
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

/** A job, as soon as it is in that state, and more where that is given. */
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

/** A promise, and how to keep it. */
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

/** How lockers are painted; three attempts, as good as at once, five lockers at a time, where nothing else is said. */
export const painting = (run: Run, how: Partial<JobHandler> = {}): JobHandler => ({
  kind: PAINT,
  run,
  attempts: 3,
  backoff: 10,
  concurrency: 5,
  ...how,
});

/** Why a handler is told to end, as soon as it is. */
export const interruption = (signal: AbortSignal): Promise<JobInterrupted> =>
  new Promise((resolve) => {
    const told = (): void => resolve(signal.reason as JobInterrupted);
    if (signal.aborted) told();
    else signal.addEventListener('abort', told, { once: true });
  });

/** Works until it is told to end, and then does as it is told. */
export const untilTold: Run = async (_, { signal }) => {
  throw await interruption(signal);
};

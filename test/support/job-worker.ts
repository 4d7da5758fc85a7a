/**
 * A process that runs jobs, two at a time; each takes the number of milliseconds in its data. It reports for
 * each that it has started, that it has reported progress, and why it was interrupted.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { JobInterrupted, Jobs } from '@waymark/core/kernel';
import { BullMqJobs } from '@waymark/stores/redis/jobs/bullmq-jobs';
import { EmbeddedJobs } from '@waymark/stores/sqlite/jobs/embedded-jobs';
import { PAINT } from './jobs';

export type WorkerSays =
  | { readonly says: 'begun' | 'progressed'; readonly id: string }
  /** And whether it could still report progress then. */
  | { readonly says: 'told'; readonly id: string; readonly why: string; readonly progressed: boolean };

/** Where the jobs are stored: a file, or a prefix in a Redis. */
export type Where =
  | { readonly file: string; readonly lease: number }
  | { readonly url: string; readonly prefix: string; readonly lease: number };

const open = (where: Where): Promise<Jobs> =>
  'file' in where ? Promise.resolve(new EmbeddedJobs(where.file, where)) : BullMqJobs.open(where);

const say = (said: WorkerSays): Promise<void> =>
  new Promise((sent) => {
    process.send!(said, () => sent());
  });

export async function run(where: string): Promise<void> {
  const jobs = await open(JSON.parse(where) as Where);
  await jobs.work([
    {
      kind: PAINT,
      attempts: 1,
      backoff: 0,
      concurrency: 2,
      run: async ({ ms }: { ms: number }, { id, signal, progress }) => {
        await say({ says: 'begun', id });
        await progress({ by: process.pid });
        await say({ says: 'progressed', id });
        try {
          await pause(ms, undefined, { signal });
        } catch {
          const { why } = signal.reason as JobInterrupted;
          const progressed = await progress({ late: true }).then(
            () => true,
            () => false,
          );
          await say({ says: 'told', id, why, progressed });
        }
        return { by: process.pid };
      },
    },
  ]);
}

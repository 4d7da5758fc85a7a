import type { ChildProcess } from 'node:child_process';
import type { Job, Jobs } from '@waymark/core/kernel';
import { inState, PAINT } from '../../support/jobs';

export interface OpenedJobs {
  readonly jobs: Jobs;
  /** Another connection to the same jobs, as from another process. */
  second(): Promise<Jobs>;
  /** Close the jobs and open them again. */
  reopen(): Promise<Jobs>;
  /** Start a process that works on the same jobs: test/support/job-worker.ts. */
  startWorker(): ChildProcess;
  close(): Promise<void>;
}

/** Opens a new queue for a test, optionally with the number of ended jobs to keep and the lease. */
export type OpenJobs = (options?: { readonly keep?: number; readonly lease?: number }) => Promise<OpenedJobs>;

/** Shared setup of the contract: a new queue for each test. */
export class Given {
  opened!: OpenedJobs;

  constructor(readonly open: OpenJobs) {
    beforeEach(async () => {
      this.opened = await open();
    });
    afterEach(() => this.opened.close());
  }

  get jobs(): Jobs {
    return this.opened.jobs;
  }

  readonly add = (locker: number, id = `locker-${String(locker)}`): Promise<string> =>
    this.jobs.add({ kind: PAINT, data: { locker }, id });

  readonly done = (id: string): Promise<Job> => inState(this.jobs, id, 'done');
}

export const ids = (jobs: readonly Job[]): string[] => jobs.map(({ id }) => id);

import { randomUUID } from 'node:crypto';
import { CronExpressionParser } from 'cron-parser';
import {
  type Interruption,
  type Job,
  type JobHandler,
  JobInterrupted,
  type JobRequest,
  type Jobs,
  type ListJobs,
  PermanentFailure,
} from '@waymark/core/kernel';
import { failureText } from '../../shared/failure-text';
import { asPromise } from '../../shared/as-promise';
import { type Attempt, JobTable, type Outcome } from './job-table';

/**
 * Interval for checking for jobs from other processes, and for changes they made to this process's jobs, in
 * milliseconds.
 */
const POLL = 200;

/** An attempt that is running in this process. */
interface Running {
  readonly kind: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export interface EmbeddedJobsOptions {
  /**
   * Milliseconds without a lease renewal after which a worker is considered dead and its jobs are restarted;
   * default 10,000. A handler must not block the event loop for this long.
   */
  readonly lease?: number;
  /** How many done jobs and how many cancelled jobs are kept; default 1,000 each. */
  readonly keep?: number;
  /** Called when work stops because the file cannot be read or written. It is retried continuously. */
  readonly warn?: (message: string) => void;
}

/**
 * Jobs in a SQLite file, for any number of processes on one machine. Added jobs survive a power failure. A
 * worker holds a job by a lease that it renews, and each attempt has a token: a worker that was considered dead
 * cannot end an attempt that another worker has restarted.
 */
export class EmbeddedJobs implements Jobs {
  private readonly table: JobTable;
  private readonly lease: number;
  private readonly warn: (message: string) => void;
  private handlers: readonly JobHandler[] = [];
  private readonly running = new Map<string, Running>();
  private timer: NodeJS.Timeout | undefined;
  private renewAt = 0;
  private halted = false;

  constructor(
    file: string,
    { lease = 10_000, keep = 1_000, warn = () => undefined }: EmbeddedJobsOptions = {},
  ) {
    this.table = new JobTable(file, keep);
    this.lease = lease;
    this.warn = warn;
  }

  add({ id = randomUUID(), kind, data }: JobRequest): Promise<string> {
    return asPromise(() => {
      this.table.add({ id, kind, data }, Date.now());
      this.checkSoon();
      return id;
    });
  }

  get(id: string): Promise<Job | undefined> {
    return asPromise(() => this.table.get(id));
  }

  list(which: ListJobs = {}): Promise<readonly Job[]> {
    return asPromise(() => this.table.list(which));
  }

  cancel(id: string): Promise<boolean> {
    return asPromise(() => this.table.cancel(id, Date.now()));
  }

  retry(id: string): Promise<boolean> {
    return asPromise(() => {
      const retried = this.table.retry(id, Date.now());
      this.checkSoon();
      return retried;
    });
  }

  schedule(kind: string, cron: string, data: object): Promise<void> {
    return asPromise(() => {
      this.table.schedule({ kind, cron, data: JSON.stringify(data), next: following(cron, Date.now()) });
    });
  }

  work(handlers: readonly JobHandler[]): Promise<void> {
    return asPromise(() => {
      this.handlers = handlers;
      this.timer ??= setInterval(() => this.check(), POLL);
      this.check();
    });
  }

  async stop(): Promise<void> {
    this.handlers = [];
    for (const { abort } of this.running.values()) interrupt(abort, 'stopping');
    // Their leases are renewed meanwhile.
    while (this.running.size > 0) await Promise.all([...this.running.values()].map(({ ended }) => ended));
    clearInterval(this.timer);
    this.timer = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    this.table.close();
  }

  /** Check immediately instead of at the next interval. */
  private checkSoon(): void {
    if (this.handlers.length > 0) setImmediate(() => this.check());
  }

  private check(): void {
    if (this.timer === undefined) return;
    try {
      // Renew first, so that this process does not consider itself dead after a long pause.
      this.renewLeases();
      if (this.handlers.length > 0) {
        this.table.recover(Date.now());
        this.addScheduled();
        for (const handler of this.handlers) this.begin(handler);
      }
      this.halted = false;
    } catch (error) {
      if (!this.halted) this.warn(`the job queue has stopped: ${failureText(error)}`);
      this.halted = true;
    }
  }

  private renewLeases(): void {
    if (this.running.size === 0) return;
    const now = Date.now();
    if (now >= this.renewAt) {
      this.table.renew([...this.running.keys()], now + this.lease);
      this.renewAt = now + this.lease / 3;
    }
    const held = this.table.leased();
    for (const [token, { abort }] of this.running) {
      const cancelled = held.get(token);
      if (cancelled === undefined) interrupt(abort, 'taken over');
      else if (cancelled) interrupt(abort, 'cancelled');
    }
  }

  private addScheduled(): void {
    const now = Date.now();
    for (const schedule of this.table.schedules()) {
      if (schedule.next <= now) this.table.addScheduled(schedule, following(schedule.cron, now), now);
    }
  }

  private begin(handler: JobHandler): void {
    const { kind, concurrency } = handler;
    let busy = [...this.running.values()].filter((attempt) => attempt.kind === kind).length;
    for (; busy < concurrency; busy += 1) {
      const now = Date.now();
      const attempt = this.table.begin(kind, randomUUID(), now, now + this.lease);
      if (!attempt) return;
      const abort = new AbortController();
      const ended = this.run(handler, attempt, abort.signal).finally(() => {
        this.running.delete(attempt.token);
        this.checkSoon();
      });
      this.running.set(attempt.token, { kind, abort, ended });
    }
  }

  private async run(handler: JobHandler, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const outcome = await this.outcome(handler, attempt, signal);
    try {
      this.table.end(attempt, outcome, Date.now());
    } catch (error) {
      this.warn(
        `job ${attempt.id} ended but its outcome could not be saved; it will run again: ${failureText(error)}`,
      );
    }
  }

  private async outcome(handler: JobHandler, attempt: Attempt, signal: AbortSignal): Promise<Outcome> {
    const context = {
      id: attempt.id,
      attempt: attempt.attempts,
      signal,
      progress: (progress: object) =>
        asPromise(() => {
          if (!this.table.progress(attempt, progress)) throw new JobInterrupted('taken over');
        }),
    };
    try {
      const result = await handler.run(JSON.parse(attempt.data) as never, context);
      return { is: 'done', result: result === undefined ? null : JSON.stringify(result) };
    } catch (error) {
      if (signal.aborted) return { is: 'interrupted' };
      const text = failureText(error);
      if (error instanceof PermanentFailure || attempt.attempts >= handler.attempts)
        return { is: 'failed', error: text };
      const pause = handler.backoff * 2 ** (attempt.attempts - 1);
      return { is: 'retry', error: text, due: Date.now() + pause };
    }
  }
}

const interrupt = (abort: AbortController, why: Interruption): void => {
  if (!abort.signal.aborted) abort.abort(new JobInterrupted(why));
};

/** The next time of a cron expression after a time, in milliseconds since the epoch. */
const following = (cron: string, after: number): number =>
  CronExpressionParser.parse(cron, { currentDate: after, tz: 'UTC' }).next().getTime();

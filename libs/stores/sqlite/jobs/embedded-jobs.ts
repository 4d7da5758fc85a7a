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
import { settled } from '../../shared/settled';
import { type Attempt, JobTable, type Outcome } from './job-table';

/** Milliseconds between looks for jobs of other processes, and for what they did with ours. */
const POLL = 200;

/** An attempt that is being made in this process. */
interface Running {
  readonly kind: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export interface EmbeddedJobsOptions {
  /**
   * Milliseconds after which a worker that gives no sign of life is taken for dead, and its jobs are begun again. A handler
   * must not keep the thread for as long; 10,000 if left out.
   */
  readonly lease?: number;
  /** How many done and how many cancelled jobs are kept; 1,000 of each if left out. */
  readonly keep?: number;
  /** Told when the work comes to a halt, since the file cannot be read or written. It is tried again and again. */
  readonly warn?: (message: string) => void;
}

/**
 * Jobs in a SQLite file, for one machine and any number of its processes: what is added survives a power cut. A worker
 * holds a job by a lease that it renews, and each attempt by a token: who wakes up late can no longer end what another
 * has begun again.
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
    return settled(() => {
      this.table.add({ id, kind, data }, Date.now());
      this.wake();
      return id;
    });
  }

  get(id: string): Promise<Job | undefined> {
    return settled(() => this.table.get(id));
  }

  list(which: ListJobs = {}): Promise<readonly Job[]> {
    return settled(() => this.table.list(which));
  }

  cancel(id: string): Promise<boolean> {
    return settled(() => this.table.cancel(id, Date.now()));
  }

  retry(id: string): Promise<boolean> {
    return settled(() => {
      const retried = this.table.retry(id, Date.now());
      this.wake();
      return retried;
    });
  }

  schedule(kind: string, cron: string, data: object): Promise<void> {
    return settled(() => {
      this.table.schedule({ kind, cron, data: JSON.stringify(data), next: following(cron, Date.now()) });
    });
  }

  work(handlers: readonly JobHandler[]): Promise<void> {
    return settled(() => {
      this.handlers = handlers;
      this.timer ??= setInterval(() => this.look(), POLL);
      this.look();
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

  /** Look at once, and not only when it is time to. */
  private wake(): void {
    if (this.handlers.length > 0) setImmediate(() => this.look());
  }

  private look(): void {
    if (this.timer === undefined) return;
    try {
      // First of all, lest this very process takes itself for dead after a long pause.
      this.holdOn();
      if (this.handlers.length > 0) {
        this.table.recover(Date.now());
        this.addScheduled();
        for (const handler of this.handlers) this.begin(handler);
      }
      this.halted = false;
    } catch (error) {
      if (!this.halted) this.warn(`the job queue has come to a halt: ${failureText(error)}`);
      this.halted = true;
    }
  }

  private holdOn(): void {
    if (this.running.size === 0) return;
    const now = Date.now();
    if (now >= this.renewAt) {
      this.table.hold([...this.running.keys()], now + this.lease);
      this.renewAt = now + this.lease / 3;
    }
    const held = this.table.held();
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
        this.wake();
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
        `job ${attempt.id} ended, and will be begun again, for that was not written: ${failureText(error)}`,
      );
    }
  }

  private async outcome(handler: JobHandler, attempt: Attempt, signal: AbortSignal): Promise<Outcome> {
    const context = {
      id: attempt.id,
      attempt: attempt.attempts,
      signal,
      progress: (progress: object) =>
        settled(() => {
          if (!this.table.progress(attempt, progress)) throw new JobInterrupted('taken over');
        }),
    };
    try {
      const result = await handler.run(JSON.parse(attempt.data) as never, context);
      return { is: 'done', result: result === undefined ? null : JSON.stringify(result) };
    } catch (error) {
      if (signal.aborted) return { is: 'broken off' };
      const text = failureText(error);
      if (error instanceof PermanentFailure || attempt.attempts >= handler.attempts)
        return { is: 'failed', error: text };
      const pause = handler.backoff * 2 ** (attempt.attempts - 1);
      return { is: 'to be tried again', error: text, due: Date.now() + pause };
    }
  }
}

const interrupt = (abort: AbortController, why: Interruption): void => {
  if (!abort.signal.aborted) abort.abort(new JobInterrupted(why));
};

/** The next time of a cron expression after a moment, in milliseconds. */
const following = (cron: string, after: number): number =>
  CronExpressionParser.parse(cron, { currentDate: after, tz: 'UTC' }).next().getTime();

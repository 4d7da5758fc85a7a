import { type Job as BullJob, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Interruption, type JobHandler, JobInterrupted, PermanentFailure } from '@waymark/core/kernel';
import { failureText } from '../../shared/failure-text';
import { asPromise } from '../../shared/as-promise';
import { fromBullId, type JobIndex } from './job-index';
import { warningText, within } from './redis';

/** Interval for checking for cancelled jobs and cleaning up after ended ones, in milliseconds. */
const CHECK_INTERVAL = 500;
/** A job whose workers died more often becomes a dead letter. */
const DEATHS = 9;

interface Running {
  readonly id: string;
  readonly abort: AbortController;
  /** Fulfilled when the handler has ended, whatever its outcome. */
  readonly ended: Promise<unknown>;
}

export interface WorkerGroupOptions {
  readonly connection: Redis;
  readonly prefix: string;
  /** Milliseconds without a heartbeat after which a worker is considered dead. */
  readonly lease: number;
  readonly warn: (message: string) => void;
}

/** The BullMQ workers of one process, one per kind of job. They run the job handlers. */
export class WorkerGroup {
  private readonly workers: Worker[] = [];
  private readonly running = new Set<Running>();
  private readonly timer: NodeJS.Timeout;
  /** Jobs done since the last check, by kind. A kind with an empty list had a failed job. */
  private ended = new Map<string, string[]>();
  private stopping = false;

  constructor(
    private readonly index: JobIndex,
    private readonly options: WorkerGroupOptions,
    /** Called periodically with done jobs, and after jobs of a kind have failed. */
    private readonly tidy: (kind: string, done: readonly string[]) => Promise<void>,
  ) {
    this.timer = setInterval(() => void this.check(), CHECK_INTERVAL);
  }

  handle(handler: JobHandler): void {
    const worker = this.start(handler.kind, (job, token) => this.attempt(handler, job, token!), handler);
    const ended = (...done: string[]): void =>
      void this.ended.set(handler.kind, [...(this.ended.get(handler.kind) ?? []), ...done]);
    worker.on('completed', ({ id }) => ended(fromBullId(id!)));
    worker.on('failed', () => ended());
    worker.on('lockRenewalFailed', (jobs) => {
      const lost = new Set(jobs.map(fromBullId));
      this.interrupt('taken over', ({ id }) => lost.has(id));
    });
  }

  /** Start a worker on a queue with a BullMQ processor instead of a job handler. */
  start(
    kind: string,
    process: (job: BullJob, token?: string) => Promise<unknown>,
    { attempts, backoff, concurrency }: Pick<JobHandler, 'attempts' | 'backoff' | 'concurrency'>,
  ): Worker {
    const { connection, prefix, lease } = this.options;
    const worker = new Worker(kind, process, {
      connection,
      prefix,
      concurrency,
      lockDuration: lease,
      stalledInterval: lease / 2,
      maxStalledCount: DEATHS,
      // In seconds. Limits how long a worker takes to notice a dead connection that was not closed.
      drainDelay: 1,
      runRetryDelay: 1_000,
      settings: {
        backoffStrategy: (made) => (made < attempts ? backoff * 2 ** (made - 1) : -1),
      },
    });
    worker.on('error', (error) => this.warn(error));
    this.workers.push(worker);
    return worker;
  }

  /**
   * Take no further jobs, and put back the jobs whose handlers stop when interrupted. If Redis does not respond
   * within the deadline (milliseconds), it detects by itself that these jobs have no worker.
   */
  async stop(deadline: number): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers.map((worker) => worker.pause(true)));
    this.interrupt('stopping');
    await Promise.all([...this.running].map(({ ended: over }) => over));
    const answers = await within(deadline, this.options.connection.ping()).then(
      () => true,
      () => false,
    );
    await Promise.all(this.workers.map((worker) => worker.close(!answers)));
    clearInterval(this.timer);
    if (answers) await this.check();
  }

  private async attempt(handler: JobHandler, job: BullJob, token: string): Promise<object | undefined> {
    const id = fromBullId(job.id!);
    // The job was cancelled while a worker had it that then died.
    if (await this.isCancelled(id)) throw new UnrecoverableError('cancelled');
    if (this.stopping) return this.putBack(job, token);
    const abort = new AbortController();
    const { signal } = abort;
    const progress = async (how: object): Promise<void> => {
      if ((await job.extendLock(token, this.options.lease)) !== 1) throw new JobInterrupted('taken over');
      await job.updateProgress(how);
    };
    const context = { id, attempt: job.attemptsMade + 1, signal, progress };
    const work = asPromise(() => handler.run(job.data as never, context));
    const running = { id, abort, ended: work.catch(() => undefined) };
    this.running.add(running);
    try {
      return await work;
    } catch (error) {
      this.running.delete(running);
      if (await this.isCancelled(id)) throw new UnrecoverableError('cancelled');
      const { why } = interruption(signal);
      if (why === 'stopping') return await this.putBack(job, token);
      // Another worker has the job and reports its outcome.
      if (why === 'taken over') throw new WaitingError();
      throw error instanceof PermanentFailure
        ? new UnrecoverableError(failureText(error))
        : new Error(failureText(error));
    } finally {
      this.running.delete(running);
    }
  }

  private async isCancelled(id: string): Promise<boolean> {
    return (await this.index.cancelledOf([id])).size > 0;
  }

  /** Put the job back before all waiting ones, without counting the attempt. */
  private async putBack(job: BullJob, token: string): Promise<never> {
    await job.moveToWait(token);
    throw new WaitingError();
  }

  private async check(): Promise<void> {
    try {
      const cancelled = await this.index.cancelledOf([...this.running].map(({ id }) => id));
      this.interrupt('cancelled', ({ id }) => cancelled.has(id));
      const { ended } = this;
      this.ended = new Map();
      for (const [kind, done] of ended) await this.tidy(kind, done);
    } catch (error) {
      this.warn(error);
    }
  }

  private interrupt(because: Interruption, which: (running: Running) => boolean = () => true): void {
    for (const running of this.running) {
      const { abort } = running;
      if (which(running) && !abort.signal.aborted) abort.abort(new JobInterrupted(because));
    }
  }

  private warn(error: unknown): void {
    this.options.warn(warningText(error));
  }
}

const interruption = ({ aborted, reason }: AbortSignal): Partial<JobInterrupted> =>
  aborted ? (reason as JobInterrupted) : {};

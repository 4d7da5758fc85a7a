import { randomUUID } from 'node:crypto';
import { type Job as BullJob, type JobState as BullState, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Job, JobHandler, JobRequest, Jobs, JobState, ListJobs } from '@waymark/core/kernel';
import { fromBullId, JobIndex, toBullId } from './job-index';
import { connect, within } from './redis';
import { WorkerGroup } from './worker-group';

/** The BullMQ queue of schedule times; it is not a kind of job. */
const TIMES = '_times';
/** Number of jobs read from Redis at a time. */
const PAGE = 100;
/** The number of attempts and the backoff are determined by the handler. */
const DECIDED_BY_HANDLER = { attempts: 1_000_000, backoff: { type: 'handler' } };

export interface BullMqJobsOptions {
  /** redis:// or, with TLS, rediss://, with credentials if required. */
  readonly url: string;
  /** Key prefix in Redis; default `waymark`. Queues with different prefixes are independent. */
  readonly prefix?: string;
  /**
   * Milliseconds without a heartbeat after which a worker is considered dead; default 10,000. Its jobs are
   * restarted after at most 1.5 times as long. A handler must not block the event loop for this long.
   */
  readonly lease?: number;
  /** How many done jobs of each kind, and how many cancelled jobs in total, are kept; default 1,000. */
  readonly keep?: number;
  /** Milliseconds after which Redis is considered unavailable; default 5,000. */
  readonly deadline?: number;
  /**
   * Called on problems with Redis; workers wait until they are over. The message never contains credentials.
   */
  readonly warn?: (message: string) => void;
}

/**
 * Jobs on Redis with BullMQ: one queue per kind. Added jobs are as durable as Redis: with `appendonly yes` and
 * `appendfsync everysec` they survive a crash of Redis, and a power failure except for the last second; with
 * `appendfsync always` also a power failure. Redis must never evict keys (`maxmemory-policy noeviction`);
 * otherwise it is refused.
 */
export class BullMqJobs implements Jobs {
  private readonly index: JobIndex;
  private readonly queues = new Map<string, Queue<object, object | null>>();
  private group: WorkerGroup | undefined;
  private closed: Promise<void> | undefined;

  /**
   * Throws if the URL is invalid, if Redis refuses the credentials, or if Redis would evict jobs; and
   * `StoreUnavailable`.
   */
  static async open(options: BullMqJobsOptions): Promise<BullMqJobs> {
    const all = {
      warn: () => undefined,
      prefix: 'waymark',
      lease: 10_000,
      keep: 1_000,
      deadline: 5_000,
      ...options,
    };
    // Report a repeated problem only once.
    let last: string | undefined;
    const warn = (message: string): void => {
      if (message !== last) all.warn(message);
      last = message;
    };
    const redis = await connect(all.url, all.deadline, warn);
    redis.on('ready', () => (last = undefined));
    return new BullMqJobs(redis, { ...all, warn });
  }

  private constructor(
    private readonly redis: Redis,
    private readonly options: Required<BullMqJobsOptions>,
  ) {
    this.index = new JobIndex(redis, options.prefix);
  }

  add(request: JobRequest): Promise<string> {
    return this.within(this.addNow(request));
  }

  get(id: string): Promise<Job | undefined> {
    return this.within(this.find(id));
  }

  list(which: ListJobs = {}): Promise<readonly Job[]> {
    return this.within(this.listNow(which));
  }

  cancel(id: string): Promise<boolean> {
    return this.within(this.cancelNow(id));
  }

  retry(id: string): Promise<boolean> {
    return this.within(this.retryNow(id));
  }

  schedule(kind: string, cron: string, data: object): Promise<void> {
    return this.within(this.scheduleNow(kind, cron, data));
  }

  async work(handlers: readonly JobHandler[]): Promise<void> {
    await this.stop();
    const { prefix, lease, warn } = this.options;
    this.group = new WorkerGroup(this.index, { connection: this.redis, prefix, lease, warn }, (kind, done) =>
      this.tidy(kind, done),
    );
    for (const handler of handlers) this.group.handle(handler);
    this.group.start(TIMES, (time) => this.addScheduled(time), {
      attempts: 10,
      backoff: 500,
      concurrency: 1,
    });
  }

  async stop(): Promise<void> {
    const { group } = this;
    this.group = undefined;
    await group?.stop(this.options.deadline);
  }

  close(): Promise<void> {
    this.closed ??= this.closeNow();
    return this.closed;
  }

  private async closeNow(): Promise<void> {
    await this.stop();
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    await this.within(this.redis.quit()).catch(() => this.redis.disconnect());
  }

  private async addNow({ id = randomUUID(), kind, data }: JobRequest): Promise<string> {
    const queue = this.queue(kind);
    JSON.stringify(data); // Data that cannot be serialised must not claim an id.
    // If the process dies here, sending the same request again adds the job.
    if ((await this.index.claim(id, kind)) === kind) await queue.add(kind, data, { jobId: toBullId(id) });
    return id;
  }

  private async find(id: string): Promise<Job | undefined> {
    const kind = await this.index.kindOf(id);
    if (kind === undefined) return undefined;
    const queue = this.queue(kind);
    const bullId = toBullId(id);
    for (let state = await queue.getJobState(bullId); ;) {
      const [found, cancelled] = await Promise.all([queue.getJob(bullId), this.index.cancelledOf([id])]);
      // If the state changed during the read, read again.
      const now = await queue.getJobState(bullId);
      if (!found || now === 'unknown') return undefined;
      if (now === state) return job(found, states[now], cancelled.has(id));
      state = now;
    }
  }

  private async listNow({ kind, state, limit = 100 }: ListJobs): Promise<readonly Job[]> {
    const all = (await this.index.all()).filter((known) => known.kind === (kind ?? known.kind));
    const among = state && (await this.candidates(state, new Set(all.map((known) => known.kind))));
    const ids = all.map(({ id }) => id).filter((id) => among?.has(id) ?? true);
    const jobs: Job[] = [];
    for (let from = 0; from < ids.length && jobs.length < limit; from += PAGE) {
      const page = await Promise.all(ids.slice(from, from + PAGE).map((id) => this.find(id)));
      const found = page.filter((each) => each !== undefined);
      jobs.push(...found.filter((each) => each.state === (state ?? each.state)));
    }
    return jobs.slice(0, limit);
  }

  /** A superset of the jobs of these kinds that are in a state. */
  private async candidates(state: JobState, kinds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    if (state === 'cancelled') return new Set(await this.index.cancelledBefore(0));
    const found = await Promise.all(
      [...kinds].map((kind) => this.queue(kind).getRanges([...lists[state]], 0, -1)),
    );
    return new Set(found.flat().map(fromBullId));
  }

  private async cancelNow(id: string): Promise<boolean> {
    const kind = await this.index.kindOf(id);
    if (kind === undefined || !(await this.index.cancel(this.queue(kind), id, Date.now()))) return false;
    await this.prune(kind);
    return true;
  }

  private async retryNow(id: string): Promise<boolean> {
    const found = await this.find(id);
    if (found?.state !== 'failed' && found?.state !== 'cancelled') return false;
    const queue = this.queue(found.kind);
    await this.index.unmark(id);
    await this.redis.hdel(queue.toKey(toBullId(id)), 'stc'); // The number of worker deaths, which BullMQ counts.
    const bullJob = await queue.getJob(toBullId(id));
    if (await bullJob?.isFailed())
      await bullJob?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    return true;
  }

  private async scheduleNow(kind: string, cron: string, data: object): Promise<void> {
    const times = this.queue(TIMES);
    const known = await times.getJobScheduler(kind);
    // An unchanged schedule keeps its next time, which may have passed while no worker ran.
    if (known?.pattern === cron && JSON.stringify(known.template?.data) === JSON.stringify(data)) return;
    const opts = { removeOnComplete: true };
    await times.upsertJobScheduler(kind, { pattern: cron, tz: 'UTC' }, { name: kind, data, opts });
  }

  /** Add the job of a schedule whose time has come. */
  private async addScheduled({ name: kind, data, opts }: BullJob): Promise<void> {
    const time = new Date(opts.prevMillis!).toISOString();
    await this.addNow({ id: `${kind}@${time}`, kind, data: data as object });
  }

  /** Called after jobs of a kind have ended: removes the cancelled mark of jobs that were completed anyway. */
  private async tidy(kind: string, done: readonly string[]): Promise<void> {
    await this.index.unmark(...done);
    await this.prune(kind);
  }

  /** Delete the oldest done jobs of a kind, and the oldest cancelled jobs. */
  private async prune(kind: string): Promise<void> {
    const { keep } = this.options;
    const done = await this.queue(kind).getRanges(['completed'], 0, -keep - 1, true);
    const ids = [...done.map(fromBullId), ...(await this.index.cancelledBefore(keep))];
    const removed = await Promise.all(ids.map((id) => this.remove(id)));
    await this.index.forget(ids.filter((_, at) => removed[at]));
  }

  /** False if the job is still running. */
  private async remove(id: string): Promise<boolean> {
    const kind = await this.index.kindOf(id);
    return kind === undefined || (await this.queue(kind).remove(toBullId(id))) === 1;
  }

  private queue(kind: string): Queue<object, object | null> {
    let queue = this.queues.get(kind);
    if (!queue) {
      queue = new Queue<object, object | null>(kind, {
        connection: this.redis,
        prefix: this.options.prefix,
        defaultJobOptions: { ...DECIDED_BY_HANDLER, stackTraceLimit: 0 },
      });
      // Connection problems are reported by the connection itself.
      queue.on('error', () => undefined);
      this.queues.set(kind, queue);
    }
    return queue;
  }

  private within<T>(work: Promise<T>): Promise<T> {
    return within(this.options.deadline, work);
  }
}

const states: Readonly<Record<BullState, JobState>> = {
  waiting: 'waiting',
  delayed: 'waiting',
  prioritized: 'waiting',
  'waiting-children': 'waiting',
  active: 'running',
  completed: 'done',
  failed: 'failed',
};

/** BullMQ's lists for each state. Cancelled jobs are additionally marked. */
const lists = {
  waiting: ['wait', 'delayed'],
  running: ['active'],
  done: ['completed'],
  failed: ['failed'],
} as const;

/** BullMQ counts an attempt only when it has ended. */
function job(found: BullJob<object, object | null>, state: JobState, marked: boolean): Job {
  const over = state === 'done' || state === 'failed';
  const cancelled = marked && (state === 'waiting' || state === 'failed');
  const time = (at: number): string => new Date(at).toISOString();
  return {
    id: fromBullId(found.id!),
    kind: found.name,
    data: found.data,
    state: cancelled ? 'cancelled' : state,
    attempts: found.attemptsMade + (state === 'running' ? 1 : 0),
    ...(typeof found.progress === 'object' && { progress: found.progress }),
    ...(state === 'done' && found.returnvalue && { result: found.returnvalue }),
    ...(state !== 'done' && !cancelled && found.failedReason && { error: found.failedReason }),
    addedAt: time(found.timestamp),
    ...(over && { finishedAt: time(found.finishedOn!) }),
  };
}

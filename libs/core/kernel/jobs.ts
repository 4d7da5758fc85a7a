/** Work to be done in the background: what kind, and what for. No personal data: ids only. */
export interface JobRequest {
  /** Letters, digits and dashes. */
  readonly kind: string;
  readonly data: object;
  /**
   * The job's own id, whatever its kind, by which a second request for the same is no second job for as long as the first
   * is kept. Made up if left out.
   */
  readonly id?: string;
}

/**
 * `waiting` for a worker, or for its next attempt; `running`; `done`; `failed` after its last attempt (the dead letters);
 * `cancelled`.
 */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
export const jobStates: readonly JobState[] = ['waiting', 'running', 'done', 'failed', 'cancelled'];

/** A job as it stands. */
export interface Job extends Required<JobRequest> {
  readonly state: JobState;
  /** Attempts begun, the one at hand included, and those not that a worker broke off by stopping or dying. */
  readonly attempts: number;
  /** The last that the handler said of how far it is. */
  readonly progress?: object;
  /** What it came to, where it is done. */
  readonly result?: object;
  /** Why the last attempt that ended failed, unless the job is done or cancelled since: 500 characters at most. */
  readonly error?: string;
  /** UTC, milliseconds. */
  readonly addedAt: string;
  readonly finishedAt?: string;
}

/** Why a handler is to end before it is through. */
export type Interruption = 'cancelled' | 'stopping' | 'taken over';

/** The reason of a handler's signal. What a handler throws once its signal is aborted is taken for this. */
export class JobInterrupted extends Error {
  constructor(readonly why: Interruption) {
    super(`the job was interrupted: ${why}`);
    this.name = 'JobInterrupted';
  }
}

/** What a handler is given beside the job's data. */
export interface JobContext {
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /**
   * Aborted, its reason a {@link JobInterrupted}, where the job was cancelled, the worker stops, or another worker has
   * taken the job over from one that it took for dead. The handler then throws as soon as it well can; what it
   * completes nevertheless is done, except where it was taken over.
   */
  readonly signal: AbortSignal;
  /** Say how far it is. Rejects with {@link JobInterrupted} where another worker has taken the job over. */
  readonly progress: (progress: object) => Promise<void>;
}

/** How one kind of job is done. */
export interface JobHandler {
  readonly kind: string;
  /** What the handler returns is the job's result. What it throws is tried again, {@link PermanentFailure} excepted. */
  readonly run: (data: never, context: JobContext) => Promise<object | undefined>;
  /** Attempts before the job is a dead letter. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly backoff: number;
  /** Jobs of this kind that one worker does at a time. */
  readonly concurrency: number;
}

/** A failure that another attempt would not mend: the job is a dead letter at once. */
export class PermanentFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentFailure';
  }
}

/** Which jobs to list. */
export interface ListJobs {
  readonly kind?: string;
  readonly state?: JobState;
  /** Most to give; 100 if left out. */
  readonly limit?: number;
}

/**
 * Work that outlives the process that asked for it. A job is done at least once: one whose worker died is begun again by
 * another, so handlers go on where they were. An attempt broken off by a worker that stops or dies is not counted, but a
 * job whose workers died ten times is a dead letter too. The last thousand or so of the done and of the cancelled jobs
 * are kept, and all dead letters.
 *
 * A queue on a server throws `StoreUnavailable` where that does not answer: whether a job was added is then unknown, and
 * the same request with the same id finds out.
 */
export interface Jobs {
  /** Returns the job's id, also where it had been added before. */
  add(request: JobRequest): Promise<string>;
  get(id: string): Promise<Job | undefined>;
  /** The last added first. */
  list(which?: ListJobs): Promise<readonly Job[]>;
  /** True where the job was waiting (it never runs) or running (its handler is told within about a second). */
  cancel(id: string): Promise<boolean>;
  /** Try a failed or cancelled job again, from its first attempt. False where it is neither. */
  retry(id: string): Promise<boolean>;
  /**
   * Add a job of this kind at the times of a cron expression (UTC, `minute hour day month weekday`, or with seconds
   * before them): once for each time, however many processes schedule it, as long as any works. Times that passed while
   * none did are made up for by one job. A job's id is its kind and time: `reminders@2026-03-02T09:00:00.000Z`. Scheduling
   * a kind again replaces its times. Throws where the expression is not one.
   */
  schedule(kind: string, cron: string, data: object): Promise<void>;
  /** Do jobs of these kinds from now on. */
  work(handlers: readonly JobHandler[]): Promise<void>;
  /** Take no further job, and wait for those at hand: they are told to end, and go on with another worker. */
  stop(): Promise<void>;
  /** Stop, and let go of everything. */
  close(): Promise<void>;
}

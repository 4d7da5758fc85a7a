/** A request for background work: its kind and its data. It must not contain personal data, only ids. */
export interface JobRequest {
  /** Letters, digits and dashes. */
  readonly kind: string;
  readonly data: object;
  /**
   * The job's id, unique across kinds. While the job is kept, a second request with the same id adds no second
   * job. Generated if left out.
   */
  readonly id?: string;
}

/**
 * `waiting` for a worker or for its next attempt; `running`; `done`; `failed` after the last attempt (a dead
 * letter); `cancelled`.
 */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
export const jobStates: readonly JobState[] = ['waiting', 'running', 'done', 'failed', 'cancelled'];

/** The current state of a job. */
export interface Job extends Required<JobRequest> {
  readonly state: JobState;
  /**
   * Number of attempts started, including the current one. Attempts interrupted because a worker stopped or
   * died do not count.
   */
  readonly attempts: number;
  /** The last progress that the handler reported. */
  readonly progress?: object;
  /** The handler's result, if the job is done. */
  readonly result?: object;
  /**
   * Error of the last attempt that failed, at most 500 characters. Absent once the job is done or cancelled.
   */
  readonly error?: string;
  /** UTC, milliseconds. */
  readonly addedAt: string;
  readonly finishedAt?: string;
}

/** Why a handler must stop early. */
export type Interruption = 'cancelled' | 'stopping' | 'taken over';

/**
 * The reason of a handler's abort signal. Anything a handler throws after its signal is aborted counts as this.
 */
export class JobInterrupted extends Error {
  constructor(readonly why: Interruption) {
    super(`the job was interrupted: ${why}`);
    this.name = 'JobInterrupted';
  }
}

/** What a handler receives besides the job's data. */
export interface JobContext {
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /**
   * Aborted, with a {@link JobInterrupted} as its reason, when the job is cancelled, when the worker stops, or
   * when another worker took the job over because it considered this one dead. The handler should then throw as
   * soon as possible. If it completes anyway, the job is done, unless it was taken over.
   */
  readonly signal: AbortSignal;
  /** Report progress. Rejects with {@link JobInterrupted} if another worker has taken the job over. */
  readonly progress: (progress: object) => Promise<void>;
}

/** How jobs of one kind are run. */
export interface JobHandler {
  readonly kind: string;
  /**
   * The returned value is the job's result. A thrown error leads to a retry, except {@link PermanentFailure}.
   */
  readonly run: (data: never, context: JobContext) => Promise<object | undefined>;
  /** Maximum number of attempts; then the job becomes a dead letter. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further attempt. */
  readonly backoff: number;
  /** Maximum number of jobs of this kind that one worker runs at a time. */
  readonly concurrency: number;
}

/** A failure that a retry cannot fix: the job becomes a dead letter at once. */
export class PermanentFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentFailure';
  }
}

/** Filter for listing jobs. */
export interface ListJobs {
  readonly kind?: string;
  readonly state?: JobState;
  /** Maximum number of jobs to return; default 100. */
  readonly limit?: number;
}

/**
 * Background work that outlives the process that requested it. Jobs run at least once: if a worker dies,
 * another worker restarts its job, so handlers must continue from where they were. An attempt interrupted
 * because a worker stopped or died is not counted, but a job whose workers died ten times becomes a dead letter
 * too. About the last thousand done and the last thousand cancelled jobs are kept, and all dead letters.
 * A server-based queue throws `StoreUnavailable` when the server does not respond. It is then unknown whether a
 * job was added; repeating the request with the same id finds out.
 */
export interface Jobs {
  /** Returns the job's id, also if the job had already been added. */
  add(request: JobRequest): Promise<string>;
  get(id: string): Promise<Job | undefined>;
  /** Most recently added first. */
  list(which?: ListJobs): Promise<readonly Job[]>;
  /**
   * True if the job was waiting (it never runs) or running (its handler is interrupted within about a second).
   */
  cancel(id: string): Promise<boolean>;
  /** Run a failed or cancelled job again, starting with its first attempt. False if it is in neither state. */
  retry(id: string): Promise<boolean>;
  /**
   * Add a job of this kind at the times of a cron expression (UTC, `minute hour day month weekday`, optionally
   * preceded by seconds): once per time, however many processes schedule it, while any worker runs. Times
   * missed while no worker ran are made up for by one job. A job's id is its kind and time:
   * `reminders@2026-03-02T09:00:00.000Z`. Scheduling a kind again replaces its times. Throws if the expression
   * is invalid.
   */
  schedule(kind: string, cron: string, data: object): Promise<void>;
  /** Start running jobs of these kinds. */
  work(handlers: readonly JobHandler[]): Promise<void>;
  /**
   * Take no further jobs and wait for the running ones: they are interrupted, and another worker continues
   * them.
   */
  stop(): Promise<void>;
  /** Stop, and release all resources. */
  close(): Promise<void>;
}

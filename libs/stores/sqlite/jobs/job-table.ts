import Database from 'better-sqlite3';
import type { Job, JobRequest, JobState, ListJobs } from '@waymark/core/kernel';
import { privateFile } from '../../shared/private-file';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly data: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly progress: string | null;
  readonly result: string | null;
  readonly error: string | null;
  readonly added_at: number;
  readonly finished_at: number | null;
}

/** A running job. */
interface RunningRow extends Row {
  readonly token: string;
  readonly deaths: number;
  readonly cancelled: number;
}

/** An attempt that a worker has started and holds while the job has its token. */
export interface Attempt {
  readonly id: string;
  readonly kind: string;
  readonly data: string;
  readonly token: string;
  /** 1 for the first attempt. */
  readonly attempts: number;
  /** Error of the previous attempt. */
  readonly error: string | null;
}

/** Outcome of an attempt. A job that was cancelled meanwhile becomes cancelled, unless the outcome is done. */
export type Outcome =
  | { readonly is: 'done'; readonly result: string | null }
  | { readonly is: 'failed'; readonly error: string }
  | { readonly is: 'retry'; readonly error: string; readonly due: number }
  | { readonly is: 'interrupted' };

export interface Schedule {
  readonly kind: string;
  readonly cron: string;
  readonly data: string;
  readonly next: number;
}

/** A job whose workers died this often fails. */
const DEATHS = 10;
/** Due time of a job that was already started: before all others. */
const AT_ONCE = 0;

/**
 * `due`: when a waiting job may start, or when the lease of a running job ends. `deaths`: how many workers died
 * with the job. `cancelled`: whether a running job's handler must be interrupted. Times are in milliseconds
 * since the epoch.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS jobs (
    position    INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    data        TEXT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'waiting',
    due         INTEGER NOT NULL,
    token       TEXT,
    attempts    INTEGER NOT NULL DEFAULT 0,
    deaths      INTEGER NOT NULL DEFAULT 0,
    cancelled   INTEGER NOT NULL DEFAULT 0,
    progress    TEXT,
    result      TEXT,
    error       TEXT,
    added_at    INTEGER NOT NULL,
    finished_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS jobs_by_due ON jobs (state, kind, due);
  CREATE INDEX IF NOT EXISTS jobs_by_finish ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS schedules (
    kind TEXT PRIMARY KEY,
    cron TEXT NOT NULL,
    data TEXT NOT NULL,
    next INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Jobs in one SQLite file. Each state change is one durable transaction. */
export class JobTable {
  private readonly db: Database.Database;
  private readonly statements = new Map<string, Database.Statement>();

  constructor(
    file: string,
    /** How many done jobs and how many cancelled jobs are kept. */
    private readonly keep: number,
  ) {
    this.db = new Database(privateFile(file));
    for (const pragma of ['busy_timeout = 10000', 'journal_mode = WAL', 'synchronous = FULL'])
      this.db.pragma(pragma);
    this.db.exec(SCHEMA);
  }

  add({ id, kind, data }: Required<JobRequest>, now: number): void {
    this.run(
      'INSERT INTO jobs (id, kind, data, due, added_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      [id, kind, JSON.stringify(data), now, now],
    );
  }

  get(id: string): Job | undefined {
    const row = this.first('SELECT * FROM jobs WHERE id = ?', [id]);
    return row === undefined ? undefined : job(row as Row);
  }

  list({ kind, state, limit = 100 }: ListJobs): Job[] {
    return this.all(
      'SELECT * FROM jobs WHERE kind = coalesce(?, kind) AND state = coalesce(?, state) ORDER BY position DESC LIMIT ?',
      [kind ?? null, state ?? null, limit],
    ).map((row) => job(row as Row));
  }

  cancel(id: string, now: number): boolean {
    return this.write(() => {
      const state = this.get(id)?.state;
      if (state === 'waiting') this.finish(id, 'cancelled', null, null, now);
      if (state === 'running') this.run('UPDATE jobs SET cancelled = 1 WHERE id = ?', [id]);
      return state === 'waiting' || state === 'running';
    });
  }

  retry(id: string, now: number): boolean {
    return this.run(
      `UPDATE jobs SET state = 'waiting', due = ?, attempts = 0, deaths = 0, cancelled = 0, error = NULL, finished_at = NULL
       WHERE id = ? AND state IN ('failed', 'cancelled')`,
      [now, id],
    );
  }

  /** Start the next attempt of a due job of this kind, with a lease until `until`. */
  begin(kind: string, token: string, now: number, until: number): Attempt | undefined {
    const due = `FROM jobs WHERE state = 'waiting' AND kind = ? AND due <= ? ORDER BY due LIMIT 1`;
    // Check first, so that an empty poll takes no write lock.
    if (!this.first(`SELECT 1 ${due}`, [kind, now])) return undefined;
    return this.first(
      `UPDATE jobs SET state = 'running', token = ?, due = ?, attempts = attempts + 1
       WHERE position = (SELECT position ${due}) RETURNING id, kind, data, token, attempts, error`,
      [token, until, kind, now],
    ) as Attempt | undefined;
  }

  /** Extend the leases of attempts. Attempts that the worker no longer holds are not changed. */
  renew(tokens: readonly string[], until: number): void {
    this.run(
      `UPDATE jobs SET due = ? WHERE state = 'running' AND token IN (SELECT value FROM json_each(?))`,
      [until, JSON.stringify(tokens)],
    );
  }

  /** The tokens of all running attempts, and whether their handlers must be interrupted. */
  leased(): ReadonlyMap<string, boolean> {
    const rows = this.all(`SELECT token, cancelled FROM jobs WHERE state = 'running'`) as RunningRow[];
    return new Map(rows.map(({ token, cancelled }) => [token, cancelled === 1]));
  }

  /** False if the worker no longer holds the attempt. */
  progress({ id, token }: Attempt, progress: object): boolean {
    return this.run('UPDATE jobs SET progress = ? WHERE id = ? AND token = ?', [
      JSON.stringify(progress),
      id,
      token,
    ]);
  }

  /** Save the outcome of an attempt; does nothing if the worker no longer holds it. */
  end({ id, token, error }: Attempt, outcome: Outcome, now: number): void {
    this.write(() => {
      const held = this.first('SELECT * FROM jobs WHERE id = ? AND token = ?', [id, token]) as
        RunningRow | undefined;
      if (!held) return;
      if (outcome.is === 'done') this.finish(id, 'done', outcome.result, null, now);
      else if (held.cancelled) this.finish(id, 'cancelled', null, null, now);
      else if (outcome.is === 'failed') this.finish(id, 'failed', null, outcome.error, now);
      else if (outcome.is === 'interrupted') this.putBack(id, AT_ONCE, error, 1);
      else this.putBack(id, outcome.due, outcome.error, 0);
    });
  }

  /** Take jobs away from workers whose leases have expired: they are considered dead. */
  recover(now: number): void {
    const lost = `state = 'running' AND due <= ?`;
    if (!this.first(`SELECT 1 FROM jobs WHERE ${lost}`, [now])) return;
    this.write(() => {
      const taken = this.all(`UPDATE jobs SET deaths = deaths + 1 WHERE ${lost} RETURNING *`, [
        now,
      ]) as RunningRow[];
      for (const { id, deaths, cancelled, error } of taken) {
        if (cancelled) this.finish(id, 'cancelled', null, null, now);
        else if (deaths < DEATHS) this.putBack(id, AT_ONCE, error, 1);
        else this.finish(id, 'failed', null, `its worker died ${String(deaths)} times`, now);
      }
    });
  }

  schedules(): Schedule[] {
    return this.all('SELECT * FROM schedules') as Schedule[];
  }

  /** An unchanged schedule keeps its next time. */
  schedule({ kind, cron, data, next }: Schedule): void {
    this.run(
      `INSERT INTO schedules VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET cron = excluded.cron, data = excluded.data, next = excluded.next
       WHERE cron <> excluded.cron OR data <> excluded.data`,
      [kind, cron, data, next],
    );
  }

  /** Add the job of a schedule's time and advance the schedule, unless another process already has. */
  addScheduled({ kind, cron, data, next }: Schedule, following: number, now: number): void {
    this.write(() => {
      const own = this.run('UPDATE schedules SET next = ? WHERE kind = ? AND cron = ? AND next = ?', [
        following,
        kind,
        cron,
        next,
      ]);
      const id = `${kind}@${new Date(next).toISOString()}`;
      if (own) this.add({ id, kind, data: JSON.parse(data) as object }, now);
    });
  }

  close(): void {
    this.db.close();
  }

  private finish(
    id: string,
    state: JobState,
    result: string | null,
    error: string | null,
    now: number,
  ): void {
    this.run('UPDATE jobs SET state = ?, token = NULL, result = ?, error = ?, finished_at = ? WHERE id = ?', [
      state,
      result,
      error,
      now,
      id,
    ]);
    if (state !== 'failed') this.prune(state);
  }

  private putBack(id: string, due: number, error: string | null, uncounted: 0 | 1): void {
    this.run(
      `UPDATE jobs SET state = 'waiting', token = NULL, due = ?, error = ?, attempts = attempts - ? WHERE id = ?`,
      [due, error, uncounted, id],
    );
  }

  private prune(state: JobState): void {
    this.run(
      `DELETE FROM jobs WHERE position IN
       (SELECT position FROM jobs WHERE state = ? AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT -1 OFFSET ?)`,
      [state, this.keep],
    );
  }

  private write<T>(work: () => T): T {
    return this.db.transaction(work).immediate();
  }

  /** True if any row was changed. */
  private run(sql: string, values: readonly unknown[]): boolean {
    return this.prepared(sql).run(...values).changes > 0;
  }

  private first(sql: string, values: readonly unknown[]): unknown {
    return this.prepared(sql).get(...values);
  }

  private all(sql: string, values: readonly unknown[] = []): unknown[] {
    return this.prepared(sql).all(...values);
  }

  private prepared(sql: string): Database.Statement {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }
}

const time = (at: number): string => new Date(at).toISOString();

const job = (row: Row): Job => ({
  id: row.id,
  kind: row.kind,
  data: JSON.parse(row.data) as object,
  state: row.state,
  attempts: row.attempts,
  ...(row.progress !== null && { progress: JSON.parse(row.progress) as object }),
  ...(row.result !== null && { result: JSON.parse(row.result) as object }),
  ...(row.error !== null && { error: row.error }),
  addedAt: time(row.added_at),
  ...(row.finished_at !== null && { finishedAt: time(row.finished_at) }),
});

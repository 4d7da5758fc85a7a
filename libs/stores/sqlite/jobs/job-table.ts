import Database from 'better-sqlite3';
import type { Job, JobRequest, JobState, ListJobs } from '@waymark/core/kernel';

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
interface Held extends Row {
  readonly token: string;
  readonly deaths: number;
  readonly cancelled: number;
}

/** An attempt that a worker has begun, and holds as long as the job has its token. */
export interface Attempt {
  readonly id: string;
  readonly kind: string;
  readonly data: string;
  readonly token: string;
  /** 1 for the first. */
  readonly attempts: number;
  /** Why the attempt before failed. */
  readonly error: string | null;
}

/** What an attempt came to. Whatever it is but done, a job that was cancelled meanwhile is cancelled. */
export type Outcome =
  | { readonly is: 'done'; readonly result: string | null }
  | { readonly is: 'failed'; readonly error: string }
  | { readonly is: 'to be tried again'; readonly error: string; readonly due: number }
  | { readonly is: 'broken off' };

export interface Schedule {
  readonly kind: string;
  readonly cron: string;
  readonly data: string;
  readonly next: number;
}

/** Deaths of its workers that a job outlives. */
const DEATHS = 10;
/** Before all others: what was begun goes on first. */
const AT_ONCE = 0;

/**
 * `due` says when a waiting job may begin, and until when a running one is held by its worker. `deaths` counts workers that
 * died with the job; `cancelled`, where it is running, that its handler is to be told.
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

/** Jobs in one SQLite file: each step that a job takes is one transaction, and on the disk when it is answered. */
export class JobTable {
  private readonly db: Database.Database;
  private readonly statements = new Map<string, Database.Statement>();

  constructor(
    file: string,
    /** How many done and how many cancelled jobs are kept. */
    private readonly keep: number,
  ) {
    this.db = new Database(file);
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

  /** Begin the next attempt at a job of this kind that is due, and hold it until then. */
  begin(kind: string, token: string, now: number, until: number): Attempt | undefined {
    const due = `FROM jobs WHERE state = 'waiting' AND kind = ? AND due <= ? ORDER BY due LIMIT 1`;
    // Looks first: to ask for nothing must not keep others from writing.
    if (!this.first(`SELECT 1 ${due}`, [kind, now])) return undefined;
    return this.first(
      `UPDATE jobs SET state = 'running', token = ?, due = ?, attempts = attempts + 1
       WHERE position = (SELECT position ${due}) RETURNING id, kind, data, token, attempts, error`,
      [token, until, kind, now],
    ) as Attempt | undefined;
  }

  /** Hold attempts for longer. Those that are no longer the worker's stay as they are. */
  hold(tokens: readonly string[], until: number): void {
    this.run(
      `UPDATE jobs SET due = ? WHERE state = 'running' AND token IN (SELECT value FROM json_each(?))`,
      [until, JSON.stringify(tokens)],
    );
  }

  /** Tokens of all attempts that somebody holds, and whether their handlers are to be told to end. */
  held(): ReadonlyMap<string, boolean> {
    const rows = this.all(`SELECT token, cancelled FROM jobs WHERE state = 'running'`) as Held[];
    return new Map(rows.map(({ token, cancelled }) => [token, cancelled === 1]));
  }

  /** False where the attempt is no longer the worker's. */
  progress({ id, token }: Attempt, progress: object): boolean {
    return this.run('UPDATE jobs SET progress = ? WHERE id = ? AND token = ?', [
      JSON.stringify(progress),
      id,
      token,
    ]);
  }

  /** What an attempt came to; nothing happens where it is no longer the worker's. */
  end({ id, token, error }: Attempt, outcome: Outcome, now: number): void {
    this.write(() => {
      const held = this.first('SELECT * FROM jobs WHERE id = ? AND token = ?', [id, token]) as
        Held | undefined;
      if (!held) return;
      if (outcome.is === 'done') this.finish(id, 'done', outcome.result, null, now);
      else if (held.cancelled) this.finish(id, 'cancelled', null, null, now);
      else if (outcome.is === 'failed') this.finish(id, 'failed', null, outcome.error, now);
      else if (outcome.is === 'broken off') this.putBack(id, AT_ONCE, error, 1);
      else this.putBack(id, outcome.due, outcome.error, 0);
    });
  }

  /** Take jobs from workers that no longer hold them: these are taken for dead. */
  recover(now: number): void {
    const lost = `state = 'running' AND due <= ?`;
    if (!this.first(`SELECT 1 FROM jobs WHERE ${lost}`, [now])) return;
    this.write(() => {
      const taken = this.all(`UPDATE jobs SET deaths = deaths + 1 WHERE ${lost} RETURNING *`, [
        now,
      ]) as Held[];
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

  /** A schedule that is there as it is keeps its next time. */
  schedule({ kind, cron, data, next }: Schedule): void {
    this.run(
      `INSERT INTO schedules VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET cron = excluded.cron, data = excluded.data, next = excluded.next
       WHERE cron <> excluded.cron OR data <> excluded.data`,
      [kind, cron, data, next],
    );
  }

  /** Add the job of a schedule's time, and move on to the next, unless another process has. */
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

  /** True where anything was written. */
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

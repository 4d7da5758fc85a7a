import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EmbeddedJobs } from '@waymark/stores/sqlite/jobs/embedded-jobs';
import { type Attempt, JobTable } from '@waymark/stores/sqlite/jobs/job-table';
import { range } from '../support/events';
import { eventually, inState, latch, PAINT, painting } from '../support/jobs';
import { afterwards, temporaryDirectory } from '../support/stores';

const LEASE = 1_000;

describe('the job table with controlled times', () => {
  let table: JobTable;
  beforeEach(() => {
    table = new JobTable(join(temporaryDirectory(), 'jobs.sqlite'), 10);
    afterwards(() => table.close());
    table.add({ id: 'a', kind: PAINT, data: {} }, 0);
  });

  const begin = (token: string, now: number): Attempt => table.begin(PAINT, token, now, now + LEASE)!;

  it('leaves a job to its worker while the lease is valid', () => {
    begin('first', 0);
    table.renew(['first', 'another'], 1_500);
    table.recover(1_499);
    expect(table.get('a')).toMatchObject({ state: 'running', attempts: 1 });
    expect(table.leased()).toEqual(new Map([['first', false]]));

    table.recover(1_500);
    expect(table.get('a')).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(table.leased()).toEqual(new Map());
  });

  it('does not let a worker that has lost a job renew the lease, report progress or end it', () => {
    const lost = begin('first', 0);
    table.recover(LEASE);
    begin('second', LEASE);

    table.renew(['first'], 100 * LEASE);
    expect(table.progress(lost, { doors: 1 })).toBe(false);
    for (const is of ['done', 'failed', 'retry', 'interrupted'] as const)
      table.end(lost, { is, result: null, error: '', due: 0 }, LEASE);
    expect(table.get('a')).toEqual(expect.objectContaining({ state: 'running', attempts: 1 }));
    expect(table.get('a')).not.toHaveProperty('progress');
    table.recover(2 * LEASE);
    expect(table.get('a')).toMatchObject({ state: 'waiting' });
  });

  it('makes a job a dead letter after ten deaths of its workers, also after a retry', () => {
    const die = (times: number): void => {
      for (const n of range(times)) {
        expect(begin(`attempt ${String(n)}`, n * LEASE)).toMatchObject({ attempts: 1 });
        table.recover((n + 1) * LEASE);
      }
    };
    die(9);
    expect(table.get('a')).toMatchObject({ state: 'waiting', attempts: 0 });
    die(1);
    expect(table.get('a')).toMatchObject({ state: 'failed', error: 'its worker died 10 times', attempts: 1 });

    expect(table.retry('a', 0)).toBe(true);
    die(9);
    expect(table.get('a')).toMatchObject({ state: 'waiting' });
  });

  it('does not start a job before it is due, and starts interrupted jobs first', () => {
    table.add({ id: 'b', kind: PAINT, data: {} }, 5);
    expect(table.begin(PAINT, 'early', -1, LEASE)).toBeUndefined();
    const a = begin('first', 10);
    expect(a).toMatchObject({ id: 'a' });
    table.end(a, { is: 'retry', error: 'no paint', due: 500 }, 20);
    const b = begin('second', 20);
    expect(b).toMatchObject({ id: 'b' });
    expect(table.begin(PAINT, 'third', 499, LEASE)).toBeUndefined();
    table.end(b, { is: 'interrupted' }, 600);

    expect(begin('fourth', 600)).toMatchObject({ id: 'b', attempts: 1 });
    expect(begin('fifth', 600)).toMatchObject({ id: 'a', attempts: 2, error: 'no paint' });
  });

  it('advances a schedule once, although two processes try', () => {
    const schedule = { kind: 'count', cron: '* * * * *', data: '{}', next: 60_000 };
    table.schedule(schedule);
    table.addScheduled(schedule, 120_000, 60_001);
    table.addScheduled(schedule, 120_000, 60_002);
    // Unchanged: the next time stays.
    table.schedule({ ...schedule, next: 999_000 });

    expect(table.list({ kind: 'count' }).map(({ id }) => id)).toEqual(['count@1970-01-01T00:01:00.000Z']);
    expect(table.schedules()).toEqual([{ ...schedule, next: 120_000 }]);
    // A late process does not change it.
    table.addScheduled({ ...schedule, next: 120_000 }, 180_000, 120_001);
    table.addScheduled(schedule, 120_000, 120_002);
    expect(table.schedules()).toEqual([{ ...schedule, next: 180_000 }]);
  });
});

it('immediately runs what its own process adds, and the next job when one is done', async () => {
  const jobs = new EmbeddedJobs(join(temporaryDirectory(), 'jobs.sqlite'));
  afterwards(() => jobs.close());
  const painted = latch();
  let left = 3;
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
  afterwards(() => jest.useRealTimers());
  await jobs.work([
    painting(
      async () => {
        if ((left -= 1) === 0) painted.open();
        return undefined;
      },
      { concurrency: 1 },
    ),
  ]);
  await Promise.all(range(left).map(() => jobs.add({ kind: PAINT, data: {} })));

  // No time passes here, so no timer can fire.
  await painted.opened;
  expect(left).toBe(0);
});

it('waits until its file is usable again, and warns once per outage', async () => {
  const file = join(temporaryDirectory(), 'jobs.sqlite');
  const warnings: string[] = [];
  const jobs = new EmbeddedJobs(file, { warn: (message) => void warnings.push(message) });
  const other = new Database(file);
  afterwards(() => other.close());
  afterwards(() => jobs.close());
  await jobs.work([painting(async () => undefined)]);
  for (const round of [1, 2]) {
    other.exec('ALTER TABLE jobs RENAME TO away');
    await eventually(
      () => 'no warning',
      async () => (warnings.length === round ? true : undefined),
    );
    other.exec('ALTER TABLE away RENAME TO jobs');

    const id = await jobs.add({ kind: PAINT, data: {} });
    await inState(jobs, id, 'done');
  }
  expect(warnings).toEqual(range(2).map(() => 'the job queue has stopped: no such table: jobs'));
});

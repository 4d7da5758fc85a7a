import { type Job, type JobContext, PermanentFailure } from '@waymark/core/kernel';
import { range } from '../../support/events';
import { eventually, inState, latch, PAINT, painting } from '../../support/jobs';
import type { Given } from './given';

/** How workers run jobs, and the outcomes. */
export function working(given: Given): void {
  describe('working', () => {
    it('passes a job to its handler, and stores the result', async () => {
      const seen: unknown[] = [];
      await given.jobs.work([
        painting(async (data, { id, attempt, signal }) => {
          seen.push({ data, id, attempt, aborted: signal.aborted });
          return { painted: data.locker };
        }),
      ]);
      await given.add(7);

      const job = await given.done('locker-7');
      expect(seen).toEqual([{ data: { locker: 7 }, id: 'locker-7', attempt: 1, aborted: false }]);
      expect(job).toMatchObject({ result: { painted: 7 }, attempts: 1, finishedAt: expect.any(String) });
      expect(job).not.toHaveProperty('error');
    });

    it('runs jobs that were waiting and jobs from another connection, and leaves other kinds alone', async () => {
      await given.add(1);
      await given.jobs.add({ kind: 'count', data: {}, id: 'count' });
      await given.jobs.work([painting(async () => undefined)]);
      await given.done('locker-1');
      await (await given.opened.second()).add({ kind: PAINT, data: { locker: 2 }, id: 'locker-2' });

      expect(await given.done('locker-2')).not.toHaveProperty('result');
      expect(await given.jobs.get('count')).toMatchObject({ state: 'waiting', attempts: 0 });
    });

    it('runs as many jobs of a kind at a time as configured, no more and no fewer', async () => {
      const limits = { [PAINT]: 3, count: 1 };
      const open = latch();
      const most = new Map<string, number>();
      const handlers = Object.entries(limits).map(([kind, concurrency]) => {
        let busy = 0;
        return painting(
          async () => {
            busy += 1;
            most.set(kind, Math.max(most.get(kind) ?? 0, busy));
            await open.opened;
            await new Promise(setImmediate);
            busy -= 1;
            return undefined;
          },
          { kind, concurrency },
        );
      });
      const added = await Promise.all(
        range(40).map((n) =>
          given.jobs.add({ kind: n % 4 ? PAINT : 'count', data: {}, id: `job-${String(n)}` }),
        ),
      );
      await given.jobs.work(handlers);
      await eventually(
        () => `at once: ${JSON.stringify([...most])}`,
        async () => (most.get(PAINT) === 3 && most.get('count') === 1 ? true : undefined),
      );
      open.open();

      await Promise.all(added.map(given.done));
      expect(Object.fromEntries(most)).toEqual(limits);
    });

    it('shares jobs between two workers, each running once', async () => {
      const other = await given.opened.second();
      const by: Record<'one' | 'other', number[]> = { one: [], other: [] };
      const bothWork = latch();
      const share = (whose: 'one' | 'other') =>
        painting(
          async ({ locker }) => {
            by[whose].push(locker);
            if (by.one.length > 0 && by.other.length > 0) bothWork.open();
            await bothWork.opened;
            return undefined;
          },
          { concurrency: 2 },
        );
      await Promise.all(range(40).map((locker) => given.add(locker)));
      await given.jobs.work([share('one')]);
      await other.work([share('other')]);

      await Promise.all(range(40).map((locker) => given.done(`locker-${String(locker)}`)));
      expect([...by.one, ...by.other].sort((a, b) => a - b)).toEqual(range(40));
    });

    it("shows a job's progress on another connection, during and after it", async () => {
      const read = latch();
      await given.jobs.work([
        painting(async (_, { progress }) => {
          await progress({ doors: 1, of: 2 });
          await read.opened;
          await progress({ doors: 2, of: 2 });
          return undefined;
        }),
      ]);
      await given.add(1);
      const other = await given.opened.second();

      const running = await inState(other, 'locker-1', 'running', ({ progress }) => progress !== undefined);
      expect(running).toMatchObject({ progress: { doors: 1, of: 2 }, attempts: 1 });
      expect(running).not.toHaveProperty('finishedAt');
      read.open();
      expect(await given.done('locker-1')).toMatchObject({ progress: { doors: 2, of: 2 } });
    });
  });

  describe('failing', () => {
    it('retries with doubling delays, and ends as a dead letter after the last attempt', async () => {
      const began: number[] = [];
      const seen: (Job | undefined)[] = [];
      await given.jobs.work([
        painting(
          async (_, { id, attempt }) => {
            began.push(Date.now());
            seen.push(await given.jobs.get(id));
            throw new Error(`no paint left, attempt ${String(attempt)}`);
          },
          { attempts: 3, backoff: 150 },
        ),
      ]);
      await given.add(1);

      const waiting = await inState(given.jobs, 'locker-1', 'waiting', ({ attempts }) => attempts === 1);
      expect(waiting).toMatchObject({ error: 'no paint left, attempt 1' });
      expect(waiting).not.toHaveProperty('finishedAt');
      const failed = await inState(given.jobs, 'locker-1', 'failed');
      expect(failed).toMatchObject({
        attempts: 3,
        error: 'no paint left, attempt 3',
        finishedAt: expect.any(String),
      });
      expect(seen.map((job) => [job?.state, job?.attempts])).toEqual([
        ['running', 1],
        ['running', 2],
        ['running', 3],
      ]);
      // A timer may fire a millisecond early.
      expect(began[1]! - began[0]!).toBeGreaterThanOrEqual(149);
      expect(began[2]! - began[1]!).toBeGreaterThanOrEqual(299);
    });

    it('ends as done if a later attempt succeeds, without an error', async () => {
      await given.jobs.work([
        painting(async (_, { attempt }) => {
          if (attempt < 2) throw new Error('no paint left');
          return { attempt };
        }),
      ]);
      await given.add(1);

      const job = await given.done('locker-1');
      expect(job).toMatchObject({ attempts: 2, result: { attempt: 2 } });
      expect(job).not.toHaveProperty('error');
    });

    it('ends as a dead letter immediately if a retry would not help', async () => {
      await given.jobs.work([
        painting(async () => {
          throw new PermanentFailure('there is no such locker');
        }),
      ]);
      await given.add(1);

      expect(await inState(given.jobs, 'locker-1', 'failed')).toMatchObject({
        attempts: 1,
        error: 'there is no such locker',
      });
    });

    it('fails an attempt whose result cannot be serialised', async () => {
      await given.jobs.work([painting(async () => ({ unwritable: 10n }), { attempts: 1 })]);
      await given.add(1);

      expect(await inState(given.jobs, 'locker-1', 'failed')).toMatchObject({
        error: expect.stringMatching(/BigInt/),
      });
    });

    it('stores 500 characters of the message, and no stack trace', async () => {
      const context: JobContext[] = [];
      await given.jobs.work([
        painting(async (_, given) => {
          context.push(given);
          throw new PermanentFailure('long '.repeat(200), { cause: new Error('hidden') });
        }),
      ]);
      await given.add(1);

      const { error } = await inState(given.jobs, 'locker-1', 'failed');
      expect(error).toBe('long '.repeat(100));
      expect(context).toHaveLength(1);
    });

    it('retries a dead letter, starting with its first attempt', async () => {
      let paint = false;
      const attempts: number[] = [];
      await given.jobs.work([
        painting(
          async (_, { attempt }) => {
            attempts.push(attempt);
            if (!paint) throw new Error('no paint left');
            return { painted: true };
          },
          { attempts: 2 },
        ),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'failed');
      paint = true;

      expect(await given.jobs.retry('locker-1')).toBe(true);
      expect(await given.done('locker-1')).toMatchObject({ attempts: 1, result: { painted: true } });
      expect(attempts).toEqual([1, 2, 1]);
      expect(await given.jobs.retry('locker-1')).toBe(false);
      expect(await given.jobs.retry('another')).toBe(false);
    });
  });
}

import { JobInterrupted } from '@waymark/core/kernel';
import { range } from '../../support/events';
import { inState, interruption, latch, PAINT, painting, untilTold } from '../../support/jobs';
import { type Given, ids } from './given';

/** How jobs are interrupted, and their states afterwards. */
export function interrupting(given: Given): void {
  describe('cancelling', () => {
    it('prevents a waiting job from ever running, and shows it as cancelled', async () => {
      const painted: number[] = [];
      await given.add(1);
      await given.add(2);
      expect(await (await given.opened.second()).cancel('locker-1')).toBe(true);

      const job = await given.jobs.get('locker-1');
      expect(job).toMatchObject({ state: 'cancelled', attempts: 0, finishedAt: expect.any(String) });
      expect(job).not.toHaveProperty('error');
      await given.jobs.work([painting(async ({ locker }) => void painted.push(locker) as undefined)]);
      await given.done('locker-2');
      expect(painted).toEqual([2]);
      expect(await given.jobs.get('locker-1')).toEqual(job);
    });

    it('prevents the next attempt of a job that waits for a retry', async () => {
      const attempts: number[] = [];
      await given.jobs.work([
        painting(
          async ({ locker }, { attempt }) => {
            if (locker === 2) return undefined;
            attempts.push(attempt);
            throw new Error('no paint left');
          },
          { backoff: 300 },
        ),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'waiting', (job) => job.attempts === 1);
      expect(await given.jobs.cancel('locker-1')).toBe(true);

      // A second job fails once and is retried after the time of the first one's next attempt.
      expect(await given.jobs.get('locker-1')).toMatchObject({ state: 'cancelled', attempts: 1 });
      await given.jobs.add({ kind: PAINT, data: { locker: 3 }, id: 'later' });
      await inState(given.jobs, 'later', 'waiting', (job) => job.attempts === 2);
      expect(attempts).toEqual([1, 1, 2]);
      expect(await given.jobs.get('locker-1')).toMatchObject({ state: 'cancelled', attempts: 1 });
    });

    it('interrupts only the handler of the running job, from another connection, and does not retry', async () => {
      const interrupted: unknown[] = [];
      const finish = latch();
      await given.jobs.work([
        painting(async ({ locker }, { signal }) => {
          if (locker === 2) {
            await finish.opened;
            return { interrupted: signal.aborted };
          }
          interrupted.push(await interruption(signal));
          throw new Error('left half painted');
        }),
      ]);
      await Promise.all([1, 2].map((locker) => given.add(locker)));
      await Promise.all(['locker-1', 'locker-2'].map((id) => inState(given.jobs, id, 'running')));
      expect(await (await given.opened.second()).cancel('locker-1')).toBe(true);

      const job = await inState(given.jobs, 'locker-1', 'cancelled');
      expect(job).toMatchObject({ attempts: 1, finishedAt: expect.any(String) });
      expect(job).not.toHaveProperty('error');
      expect(interrupted).toEqual([expect.any(JobInterrupted)]);
      expect(interrupted).toMatchObject([{ why: 'cancelled' }]);
      finish.open();
      expect(await given.done('locker-2')).toMatchObject({ result: { interrupted: false } });
    });

    it('counts a job as cancelled that failed before its handler was interrupted', async () => {
      const fail = latch();
      await given.jobs.work([
        painting(async () => {
          await fail.opened;
          throw new Error('no paint left');
        }),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'running');
      expect(await given.jobs.cancel('locker-1')).toBe(true);
      fail.open();

      expect(await inState(given.jobs, 'locker-1', 'cancelled')).toMatchObject({ attempts: 1 });
    });

    it('counts a job as done that completes anyway', async () => {
      await given.jobs.work([
        painting(async (_, { signal }) => ({ after: (await interruption(signal)).why })),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'running');
      expect(await given.jobs.cancel('locker-1')).toBe(true);

      expect(await given.done('locker-1')).toMatchObject({ result: { after: 'cancelled' } });
    });

    it('has no effect on a job that is done, failed, cancelled or unknown', async () => {
      await given.jobs.work([
        painting(
          async ({ locker }) => {
            if (locker === 2) throw new Error('no paint left');
            return undefined;
          },
          { attempts: 1 },
        ),
      ]);
      await Promise.all([1, 2].map((locker) => given.add(locker)));
      await given.jobs.add({ kind: 'count', data: {}, id: 'count' });
      await given.jobs.cancel('count');
      const states = { 'locker-1': 'done', 'locker-2': 'failed', count: 'cancelled' } as const;

      for (const [id, state] of Object.entries(states)) {
        const job = await inState(given.jobs, id, state);
        expect(await given.jobs.cancel(id)).toBe(false);
        expect(await given.jobs.get(id)).toEqual(job);
      }
      expect(await given.jobs.cancel('another')).toBe(false);
    });

    it('allows a cancelled job to be retried, whether or not it ran', async () => {
      let interrupted = false;
      await given.add(1);
      await given.jobs.cancel('locker-1');
      await given.jobs.work([
        painting(async (_, { attempt, signal }) => {
          if (interrupted && attempt === 2) return { attempt };
          if (!interrupted) await interruption(signal);
          interrupted = true;
          throw new Error('left half painted');
        }),
      ]);
      await given.add(2);
      await inState(given.jobs, 'locker-2', 'running');
      await given.jobs.cancel('locker-2');
      await inState(given.jobs, 'locker-2', 'cancelled');

      for (const id of ['locker-1', 'locker-2']) {
        expect(await given.jobs.retry(id)).toBe(true);
        expect(await given.done(id)).toMatchObject({ attempts: 2, result: { attempt: 2 } });
      }
    });
  });

  describe('stopping', () => {
    it('puts a running job back for another worker, without counting the attempt, and keeps its progress', async () => {
      const interrupted: string[] = [];
      await given.jobs.work([
        painting(
          async (_, { signal, progress }) => {
            await progress({ doors: 1 });
            interrupted.push((await interruption(signal)).why);
            throw signal.reason;
          },
          { attempts: 1 },
        ),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'running', ({ progress }) => progress !== undefined);
      await given.jobs.stop();

      expect(interrupted).toEqual(['stopping']);
      const waiting = await given.jobs.get('locker-1');
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 0, progress: { doors: 1 } });
      expect(waiting).not.toHaveProperty('error');
      const other = await given.opened.second();
      await other.work([painting(async (_, { attempt }) => ({ attempt }), { attempts: 1 })]);
      expect(await given.done('locker-1')).toMatchObject({ attempts: 1, result: { attempt: 1 } });
    });

    it('keeps the error of the previous attempt', async () => {
      await given.jobs.work([
        painting(async (data, context) => {
          if (context.attempt === 1) throw new Error('no paint left');
          return untilTold(data, context);
        }),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'running', ({ attempts }) => attempts === 2);
      await given.jobs.stop();

      expect(await given.jobs.get('locker-1')).toMatchObject({
        state: 'waiting',
        attempts: 1,
        error: 'no paint left',
      });
    });

    it('waits for a handler that completes its job anyway', async () => {
      await given.jobs.work([
        painting(async (_, { signal }) => ({ after: (await interruption(signal)).why })),
      ]);
      await given.add(1);
      await inState(given.jobs, 'locker-1', 'running');
      await given.jobs.stop();

      expect(await given.jobs.get('locker-1')).toMatchObject({
        state: 'done',
        result: { after: 'stopping' },
      });
    });

    it('takes no further job, and another worker does the remaining ones, interrupted ones first', async () => {
      const begun: number[] = [];
      const slow = latch();
      await given.jobs.work([
        painting(
          async ({ locker }, { signal }) => {
            begun.push(locker);
            await interruption(signal);
            if (locker === 1) await slow.opened;
            throw signal.reason;
          },
          { concurrency: 2 },
        ),
      ]);
      for (const locker of range(5)) await given.add(locker);
      await Promise.all([0, 1].map((locker) => inState(given.jobs, `locker-${String(locker)}`, 'running')));
      const stopped = given.jobs.stop();
      await inState(given.jobs, 'locker-0', 'waiting');
      await given.add(5);
      slow.open();
      await stopped;
      expect(begun.sort()).toEqual([0, 1]);

      const other = await given.opened.second();
      const finished: number[] = [];
      await other.work([
        painting(async ({ locker }) => void finished.push(locker) as undefined, { concurrency: 1 }),
      ]);
      await Promise.all(range(6).map((locker) => given.done(`locker-${String(locker)}`)));
      expect([...finished.slice(0, 2).sort(), ...finished.slice(2)]).toEqual(range(6));
      expect(begun).toHaveLength(2);
    });

    it('returns immediately if nothing runs, and work can be started again', async () => {
      await given.jobs.stop();
      await given.jobs.work([painting(async () => undefined)]);
      await given.jobs.stop();
      await given.jobs.stop();
      await given.jobs.work([painting(async () => undefined)]);

      await given.add(1);
      await given.done('locker-1');
    });
  });

  it('has jobs of every state after it was reopened', async () => {
    await given.jobs.work([
      painting(
        async (data, context) => {
          if (data.locker === 1) return { painted: 1 };
          if (data.locker === 2) throw new Error('no paint left');
          await context.progress({ doors: 1 });
          return untilTold(data, context);
        },
        { attempts: 1 },
      ),
    ]);
    for (const locker of [1, 2, 3]) await given.add(locker);
    for (const id of ['waiting', 'cancelled']) await given.jobs.add({ kind: 'count', data: { id }, id });
    await given.jobs.cancel('cancelled');
    await given.done('locker-1');
    await inState(given.jobs, 'locker-2', 'failed');
    await inState(given.jobs, 'locker-3', 'running', ({ progress }) => progress !== undefined);
    const before = await given.jobs.list();
    const after = await (await given.opened.reopen()).list();

    expect(ids(after)).toEqual(['cancelled', 'waiting', 'locker-3', 'locker-2', 'locker-1']);
    expect(after).toEqual(
      before.map((job) => (job.state === 'running' ? { ...job, state: 'waiting', attempts: 0 } : job)),
    );
  });
}

import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { randomFrom } from '../../crash/moments';
import { range } from '../../support/events';
import type { WorkerSays } from '../../support/job-worker';
import { eventually, inState, painting } from '../../support/jobs';
import type { Given, OpenedJobs } from './given';

/** Milliseconds until a worker is considered dead: long enough that a slow machine does not appear dead. */
const LEASE = 2_000;
const JOBS = 50;
/** A failure prints the seed; with the same seed the times are the same, as far as processes allow. */
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);

const says = <Says extends WorkerSays['says']>(
  child: ChildProcess,
  what: Says,
): Promise<Extract<WorkerSays, { says: Says }>> =>
  new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the process exited with code ${String(code)}`)));
    child.on('message', (said: WorkerSays) => {
      if (said.says === what) resolve(said as Extract<WorkerSays, { says: Says }>);
    });
  });

/** Workers that die or only appear to. */
export function faults(given: Given): void {
  describe('faults', () => {
    let opened: OpenedJobs;
    beforeEach(async () => {
      opened = await given.open({ lease: LEASE });
    });
    afterEach(() => opened.close());

    const add = (locker: number, ms: number): Promise<string> =>
      opened.jobs.add({ kind: 'paint', data: { locker, ms }, id: `locker-${String(locker)}` });
    const byUs = painting(async (_, { attempt }) => ({ by: process.pid, attempt }), { attempts: 1 });

    it('restarts a job whose worker was killed, without counting the attempt, and keeps its progress', async () => {
      const child = opened.startWorker();
      await add(1, 60_000);
      await says(child, 'progressed');
      child.kill('SIGKILL');
      await opened.jobs.work([byUs]);

      expect(await inState(opened.jobs, 'locker-1', 'done')).toMatchObject({
        attempts: 1,
        progress: { by: child.pid },
        result: { by: process.pid, attempt: 1 },
      });
    });

    it('restarts it after a complete shutdown, unless it was cancelled', async () => {
      const child = opened.startWorker();
      await Promise.all([add(1, 60_000), add(2, 60_000)]);
      await Promise.all(['locker-1', 'locker-2'].map((id) => inState(opened.jobs, id, 'running')));
      child.kill('SIGKILL');
      expect(await opened.jobs.cancel('locker-2')).toBe(true);
      const jobs = await opened.reopen();
      await jobs.work([byUs]);

      await inState(jobs, 'locker-1', 'done');
      expect(await inState(jobs, 'locker-2', 'cancelled')).not.toHaveProperty('result');
    });

    it('leaves a job to a worker that runs longer than its lease', async () => {
      await opened.jobs.work([
        painting(async (_, { signal }) => {
          await pause(2.3 * LEASE, undefined, { signal });
          return { by: 'us' };
        }),
      ]);
      await add(1, 0);
      await inState(opened.jobs, 'locker-1', 'running');
      const other = await opened.second();
      await other.work([painting(async () => ({ by: 'another' }))]);

      expect(await inState(opened.jobs, 'locker-1', 'done')).toMatchObject({
        attempts: 1,
        result: { by: 'us' },
      });
    });

    it('lets a late worker end nothing that another has taken over', async () => {
      const child = opened.startWorker();
      await add(1, 60_000);
      await says(child, 'progressed');
      child.kill('SIGSTOP');
      await opened.jobs.work([byUs]);
      const done = await inState(opened.jobs, 'locker-1', 'done');
      const told = says(child, 'told');
      child.kill('SIGCONT');

      expect(await told).toMatchObject({ why: 'taken over', progressed: false });
      await add(2, 0);
      await inState(opened.jobs, 'locker-2', 'done');
      expect(await opened.jobs.get('locker-1')).toEqual(done);
      expect(done).toMatchObject({ result: { by: process.pid } });
    });

    it(`loses none of ${String(JOBS)} jobs when workers are killed at times of KILL_SEED=${String(seed)}`, async () => {
      const random = randomFrom(seed);
      let kills = 0;
      let over = false;
      const workAndDie = async (): Promise<void> => {
        while (!over) {
          const child = opened.startWorker();
          const gone = new Promise((resolve) => child.once('close', resolve));
          let left = 1 + Math.floor(random() * 6);
          child.on('message', ({ says }: WorkerSays) => {
            if (says === 'begun' && (left -= 1) === 0) {
              void pause(random() * 60).then(() => child.kill('SIGKILL'));
              kills += 1;
            }
          });
          await Promise.race([gone, finished]);
          child.kill('SIGKILL');
          await gone;
        }
      };
      await Promise.all(range(JOBS).map((locker) => add(locker, 20 + random() * 60)));
      const finished = eventually(
        () => 'not all jobs were done',
        async () => ((await opened.jobs.list({ state: 'done' })).length === JOBS ? true : undefined),
        100_000,
      ).finally(() => (over = true));
      await Promise.all([workAndDie(), workAndDie(), finished]);

      const jobs = await opened.jobs.list();
      expect(jobs.map(({ state, attempts }) => ({ state, attempts }))).toEqual(
        range(JOBS).map(() => ({ state: 'done', attempts: 1 })),
      );
      expect(kills).toBeGreaterThan(5);
    }, 120_000);
  });
}

import type { Job, Jobs } from '@waymark/core/kernel';
import { eventually, inState, PAINT, painting } from '../../support/jobs';
import type { Given } from './given';

const EVERY_SECOND = '* * * * * *';
/** Never during a test. */
const ONCE_A_YEAR = '0 0 29 2 *';

/** The time of a scheduled job, in milliseconds since the epoch. */
const timeOf = ({ id }: Job): number => Date.parse(id.slice(id.indexOf('@') + 1));

/** Jobs added at the times of a cron expression. */
export function scheduling(given: Given): void {
  describe('scheduling', () => {
    const times = async (): Promise<number[]> =>
      (await given.jobs.list({ kind: PAINT })).map(timeOf).reverse();
    const some = (count: number, from = -Infinity): Promise<number[]> =>
      eventually(
        () => `not scheduled ${String(count)} times`,
        async () => {
          const found = (await times()).filter((time) => time >= from);
          return found.length >= count ? found : undefined;
        },
      );
    const everySecond = async (jobs: Jobs, data = { locker: 1 }): Promise<void> => {
      await jobs.schedule(PAINT, EVERY_SECOND, data);
      await jobs.work([painting(async ({ locker }) => ({ locker }))]);
    };

    it('adds a job once for each time with two workers', async () => {
      await Promise.all([given.jobs, await given.opened.second()].map((each) => everySecond(each)));

      const found = await some(3);
      const seconds = found.map((time) => time / 1_000);
      // No time is missed or repeated while a worker runs.
      expect(seconds).toEqual(seconds.map((_, at) => seconds[0]! + at));
      expect(Number.isInteger(seconds[0])).toBe(true);
      const first = `${PAINT}@${new Date(found[0]!).toISOString()}`;
      expect(await inState(given.jobs, first, 'done')).toMatchObject({
        kind: PAINT,
        data: { locker: 1 },
        attempts: 1,
        result: { locker: 1 },
      });
    });

    it('adds nothing early, and makes up with one job for times when no worker ran', async () => {
      await given.jobs.schedule(PAINT, EVERY_SECOND, { locker: 1 });
      const scheduled = Date.now();
      await eventually(
        () => 'time stands still',
        async () => (Date.now() > scheduled + 2_000 ? true : undefined),
      );
      expect(await given.jobs.list()).toEqual([]);
      const began = Date.now();
      await everySecond(await given.opened.second());

      await some(1, began);
      const [first, ...others] = await times();
      expect(first).toBeGreaterThan(scheduled);
      expect(first).toBeLessThanOrEqual(scheduled + 1_000);
      expect(others.filter((time) => time < began)).toEqual([]);
    });

    it('replaces the times and the data of a kind', async () => {
      await given.jobs.schedule(PAINT, EVERY_SECOND, { locker: 1 });
      await everySecond(await given.opened.second(), { locker: 2 });
      await some(1);
      expect((await given.jobs.list()).map(({ data }) => data)).toEqual([{ locker: 2 }]);
      await given.jobs.schedule(PAINT, ONCE_A_YEAR, { locker: 3 });
      const replaced = Date.now();

      await given.jobs.schedule('count', EVERY_SECOND, {});
      await eventually(
        () => 'the other kind is not scheduled',
        async () => {
          const counts = await given.jobs.list({ kind: 'count' });
          return counts.some((job) => timeOf(job) > replaced + 1_000) ? true : undefined;
        },
      );
      expect((await times()).filter((time) => time > replaced)).toEqual([]);
    });

    it('uses UTC', async () => {
      const { hours, minutes } = { hours: new Date().getUTCHours(), minutes: new Date().getUTCMinutes() };
      const next = (minutes + 1) % 60;
      await given.jobs.schedule(
        PAINT,
        `* ${String(minutes)},${String(next)} ${String(hours)},${String((hours + 1) % 24)} * * *`,
        {
          locker: 1,
        },
      );
      await given.jobs.work([painting(async () => undefined)]);

      const [time] = await some(1);
      expect(Math.abs(time! - Date.now())).toBeLessThan(60_000);
    });

    it('refuses an invalid cron expression', async () => {
      await expect(given.jobs.schedule(PAINT, '61 * * * *', {})).rejects.toThrow();
      await expect(given.jobs.schedule(PAINT, 'tomorrow', {})).rejects.toThrow();
    });
  });
}

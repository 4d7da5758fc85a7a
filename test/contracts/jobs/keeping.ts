import { jobStates, PermanentFailure } from '@waymark/core/kernel';
import { range } from '../../support/events';
import { eventually, inState, interruption, latch, PAINT, painting } from '../../support/jobs';
import { type Given, ids } from './given';

/** What a queue stores of its jobs. */
export function keeping(given: Given): void {
  describe('adding', () => {
    it('stores a job as it was added, waiting, and returns undefined for unknown ids', async () => {
      const data = { text: `née “Zoë” 🧭 \u0000 \u2028`, nested: [{ n: 1e21 }, null, ''] };
      const before = new Date().toISOString();
      const id = await given.jobs.add({ kind: PAINT, data });

      const job = await given.jobs.get(id);
      expect(job).toEqual({
        id,
        kind: PAINT,
        data,
        state: 'waiting',
        attempts: 0,
        addedAt: expect.any(String),
      });
      const times = [before, job!.addedAt, new Date().toISOString()];
      expect(times).toEqual([...times].sort());
      expect(await given.jobs.get('another')).toBeUndefined();
    });

    it.each(['7', 'a:b', 'a:b:c', '0', 'O’Brien %_ 🧭 /?', ' '])('accepts the id “%s”', async (id) => {
      expect(await given.add(1, id)).toBe(id);

      expect(await given.jobs.get(id)).toMatchObject({ id, data: { locker: 1 } });
      expect(ids(await given.jobs.list())).toEqual([id]);
    });

    it('adds no second job with the same id, of any kind, before and after the first was done', async () => {
      const painted: number[] = [];
      const paint = painting(async ({ locker }) => void painted.push(locker) as undefined);
      const again = async (): Promise<void> => {
        const other = await given.opened.second();
        expect(await given.add(2, 'a')).toBe('a');
        expect(await other.add({ kind: 'count', data: {}, id: 'a' })).toBe('a');
      };
      await given.add(1, 'a');
      await again();
      await given.jobs.work([paint, { ...paint, kind: 'count' }]);
      await given.done('a');
      await again();
      await given.add(3, 'b');
      await given.done('b');

      expect(painted).toEqual([1, 3]);
      expect(ids(await given.jobs.list())).toEqual(['b', 'a']);
      expect(await given.jobs.get('a')).toMatchObject({ kind: PAINT, data: { locker: 1 }, state: 'done' });
    });

    it('adds one of many concurrent requests with the same id from two connections', async () => {
      const both = [given.jobs, await given.opened.second()];
      await Promise.all(
        range(20).map((n) => both[n % 2]!.add({ kind: n % 3 ? PAINT : 'count', data: { n }, id: 'a' })),
      );

      expect(ids(await given.jobs.list())).toEqual(['a']);
    });

    it('refuses data that cannot be serialised', async () => {
      await expect(given.jobs.add({ kind: PAINT, data: { unwritable: 10n }, id: 'a' })).rejects.toThrow();

      expect(await given.jobs.get('a')).toBeUndefined();
      expect(await given.jobs.list()).toEqual([]);
      await given.jobs.add({ kind: 'count', data: {}, id: 'a' });
      expect(await given.jobs.get('a')).toMatchObject({ kind: 'count' });
    });
  });

  describe('listing', () => {
    it('lists the most recently added first, filtered by kind or state', async () => {
      await given.jobs.work([
        painting(async ({ locker }, { signal }) => {
          if (locker === 3) throw new PermanentFailure('no paint left');
          if (locker === 4) throw await interruption(signal);
          return undefined;
        }),
      ]);
      for (const locker of range(5)) await given.add(locker);
      for (const n of [8, 9]) await given.jobs.add({ kind: 'count', data: { n }, id: `count-${String(n)}` });
      await given.jobs.cancel('count-8');
      await Promise.all(range(3).map((locker) => given.done(`locker-${String(locker)}`)));
      await inState(given.jobs, 'locker-3', 'failed');
      await inState(given.jobs, 'locker-4', 'running');

      const all = ['count-9', 'count-8', 'locker-4', 'locker-3', 'locker-2', 'locker-1', 'locker-0'];
      expect(ids(await given.jobs.list())).toEqual(all);
      expect(ids(await given.jobs.list({ limit: 3 }))).toEqual(all.slice(0, 3));
      expect(ids(await given.jobs.list({ kind: 'count' }))).toEqual(['count-9', 'count-8']);
      expect(ids(await given.jobs.list({ kind: PAINT, state: 'done', limit: 2 }))).toEqual([
        'locker-2',
        'locker-1',
      ]);
      const states = jobStates.map(async (state) => [state, ids(await given.jobs.list({ state }))]);
      expect(Object.fromEntries(await Promise.all(states))).toEqual({
        waiting: ['count-9'],
        running: ['locker-4'],
        done: ['locker-2', 'locker-1', 'locker-0'],
        failed: ['locker-3'],
        cancelled: ['count-8'],
      });
      expect(await given.jobs.list({ kind: 'sweep' })).toEqual([]);
    });

    it('lists a hundred jobs by default', async () => {
      await Promise.all(range(103).map((n) => given.add(n)));

      expect(await given.jobs.list()).toHaveLength(100);
      expect(await given.jobs.list({ limit: 200 })).toHaveLength(103);
    });

    it('keeps all dead letters, and only the last done and cancelled jobs', async () => {
      const few = await given.open({ keep: 3 });
      await few.jobs.work([
        painting(async ({ locker }) => {
          if (locker < 5) throw new PermanentFailure('no paint left');
          return undefined;
        }),
      ]);
      for (const locker of range(12)) {
        await few.jobs.add({ kind: PAINT, data: { locker }, id: String(locker) });
        await inState(few.jobs, String(locker), locker < 5 ? 'failed' : 'done');
        await few.jobs.add({ kind: 'count', data: {}, id: `count-${String(locker)}` });
        expect(await few.jobs.cancel(`count-${String(locker)}`)).toBe(true);
      }

      const kept = [11, 10, 9]
        .flatMap((n) => [`count-${String(n)}`, String(n)])
        .concat('4', '3', '2', '1', '0');
      await eventually(
        () => 'more is kept than should be',
        async () => ((await few.jobs.list()).length <= kept.length ? true : undefined),
      );
      expect(ids(await few.jobs.list())).toEqual(kept);
      expect(await few.jobs.get('5')).toBeUndefined();
      expect(await few.jobs.add({ kind: PAINT, data: { locker: 5 }, id: '5' })).toBe('5');
      expect(await inState(few.jobs, '5', 'done')).toMatchObject({ attempts: 1 });
      await few.close();
    });

    it('keeps a cancelled job while it is running', async () => {
      const few = await given.open({ keep: 2 });
      const end = latch();
      await few.jobs.work([
        painting(async () => {
          await end.opened;
          throw new Error('left half painted');
        }),
      ]);
      await few.jobs.add({ kind: PAINT, data: { locker: 1 }, id: 'a' });
      await inState(few.jobs, 'a', 'running');
      await few.jobs.cancel('a');
      for (const id of ['b', 'c', 'd']) {
        await few.jobs.add({ kind: 'count', data: {}, id });
        await few.jobs.cancel(id);
      }
      expect(ids(await few.jobs.list())).toEqual(['d', 'c', 'a']);
      end.open();

      await eventually(
        () => 'still running',
        async () => ((await few.jobs.get('a'))?.state === 'running' ? undefined : true),
      );
      await few.close();
    });
  });
}

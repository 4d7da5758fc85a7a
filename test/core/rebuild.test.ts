import { type EventStore, type RowStore, START, type View } from '@waymark/core/kernel';
import { type RebuildProgress, rowAt } from '@waymark/core/projections';
import { range } from '../support/events';
import { Rebuilding } from '../support/rebuilding';
import { Service } from '../support/service';
import { contents, put, tamper, viewNames } from '../support/views';

jest.setTimeout(30_000);

const WRONG = { items: ['not in the log'], count: 1 };

describe('a rebuild', () => {
  let its: Rebuilding;
  let { stores, events, service }: Pick<Rebuilding, 'stores' | 'events' | 'service'> = {} as Rebuilding;
  beforeEach(async () => {
    its = await Rebuilding.begun();
    ({ stores, events, service } = its);
  });
  const rowSets = () => stores.rows.names();

  describe('runs', () => {
    it('from planned to live, and reports its progress', async () => {
      await service.rebuilder.plan(['contents']);
      expect((await its.record()).building).toEqual({
        ...{ version: 1, generation: 2, state: 'planned', since: '2025-09-03T16:00:00.000Z' },
      });
      const said: RebuildProgress[] = [];
      const states = new Set<string | undefined>();
      const onProgress = async (progress: RebuildProgress): Promise<void> => {
        said.push(progress);
        states.add((await its.record()).building?.state);
      };
      expect(await service.rebuilder.run(['contents'], { onProgress })).toBe('live');

      expect([...states]).toEqual(['building', 'catching up']);
      expect(await its.record()).toMatchObject({
        ...{ serving: { version: 1, generation: 2 }, previous: { version: 1, generation: 1 } },
        built: { 1: 2 },
      });
      expect((await its.record()).building).toBeUndefined();
      const [first, last] = [said[0]!, said.findLast(({ state }) => state === 'building')!];
      const head = await events.head();
      const position = await its.place(4);
      expect(first).toMatchObject({ views: ['contents'], state: 'building', position, head, events: 4 });
      expect(first.secondsLeft).toBeGreaterThanOrEqual(0);
      expect(last).toMatchObject({ position: head, events: 9, rate: expect.any(Number) as number });
      await its.expectTheWholeLogOnce();
    });

    it('and creates the indexes after all rows are written', async () => {
      const steps: string[] = [];
      const { rows } = stores;
      const building = Object.assign(Object.create(rows) as RowStore, {
        prepare: (...args: Parameters<RowStore['prepare']>) => {
          steps.push(`prepare, indexes ${args[1] ?? 'now'}`);
          return rows.prepare(...args);
        },
        commit: (...args: Parameters<RowStore['commit']>) => {
          steps.push(`commit ${String(args[1].to)}`);
          return rows.commit(...args);
        },
        index: (...args: Parameters<RowStore['index']>) => {
          steps.push('index');
          return rows.index(...args);
        },
      });
      await service.rebuilder.plan(['contents']);
      await new Service(stores, { building, tells: service }).rebuilder.run(['contents']);

      const head = String(await events.head());
      expect(steps).toEqual(['prepare, indexes later', `commit ${head}`, 'index']);
    });

    it('for several views with a single read of the log', async () => {
      const readings: number[] = [];
      const counting = Object.create(events, {
        readAll: {
          value: (...args: Parameters<EventStore['readAll']>) => {
            if (!args[2]) readings.push(args[0]);
            return events.readAll(...args);
          },
        },
      }) as EventStore;
      const other = new Service({ events: counting, rows: stores.rows }, { folding: { page: 2 } });
      await service.rebuilder.plan(viewNames);
      await other.rebuilder.run(viewNames);

      expect(readings).toEqual([START, ...(await Promise.all([2, 4, 6, 8].map((n) => its.place(n))))]);
      await its.expectTheWholeLogOnce();
    });

    it('while events are appended, without missing any', async () => {
      await service.rebuilder.plan(viewNames);
      let appended = 0;
      const append = async (): Promise<void> => {
        appended += 1;
        await put(events, `late ${String(appended % 3)}`, `item ${String(appended)}`);
      };
      const onProgress = async ({ state }: RebuildProgress): Promise<void> => {
        if (appended < 30) await append();
        if (state === 'catching up') await service.caughtUp();
      };
      const [state] = await Promise.all([
        service.rebuilder.run(viewNames, { onProgress }),
        ...range(10).map(append),
      ]);

      expect([state, appended >= 15]).toEqual(['live', true]);
      await its.expectTheWholeLogOnce();
    });

    it('once or twice with equal rows', async () => {
      await its.build();
      const once = await service.rows();
      await its.build();

      expect((await its.record()).serving).toEqual({ version: 1, generation: 3 });
      expect(await service.rows()).toEqual(once);
      await its.expectTheWholeLogOnce();
    });
  });

  describe('leaves the live generation unchanged', () => {
    beforeEach(async () => {
      for (const key of ['a', 'c']) await tamper(stores.rows, contents, key, WRONG);
    });
    const shown = async (): Promise<unknown> => (await service.rows())['contents'];

    it('until the switch, which waits for a request if that was asked for', async () => {
      expect(await its.build(['contents'], true)).toBe('verified');
      expect((await its.record()).building).toMatchObject({ state: 'verified', hold: true });
      expect(await shown()).toEqual({ a: WRONG, c: WRONG });

      await service.rebuilder.switch('contents');
      expect(await shown()).toEqual((await service.wanted())['contents']);
    });

    it('and reports the number of rows that differ', async () => {
      await its.build(['contents'], true);
      expect((await its.record()).building?.verified).toEqual({ rows: 2, different: 2 });
      await service.rebuilder.switch('contents');

      await tamper(stores.rows, { ...contents, generation: 2 }, 'not there', WRONG);
      await its.build(['contents'], true);
      expect((await its.record()).building?.verified).toEqual({ rows: 2, different: 1 });
    });

    it('also for a reader that started before the switch, over several pages', async () => {
      await its.build(['contents'], true);
      const before = service.serving.reader();
      const page = (after: string) => before.find(contents, { after, limit: 1 });
      expect(await page('')).toEqual([{ key: 'a', row: WRONG }]);
      await service.rebuilder.switch('contents');

      expect(await page('a')).toEqual([{ key: 'c', row: WRONG }]);
      expect((await before.load(contents, ['a'])).get('a')?.row).toEqual(WRONG);
      expect(await shown()).toEqual((await service.wanted())['contents']);
    });

    it('and keeps the previous generation up to date, so that the switch can be reverted and repeated', async () => {
      await its.build(['contents']);
      await put(events, 'd', 'bag');
      await service.caughtUp();
      await service.rebuilder.switchBack('contents');
      const d = (await rowAt(events, contents as View, 'd', await events.head())).row;
      expect(await shown()).toEqual({ a: WRONG, c: WRONG, d });

      await service.rebuilder.switchBack('contents');
      expect(await shown()).toEqual((await service.wanted())['contents']);
      expect(await its.record()).toMatchObject({ serving: { generation: 2 }, previous: { generation: 1 } });
    });

    it('and drops rows only after their owners have released them', async () => {
      await its.build(['contents']);
      const owner = (): Promise<object | undefined> =>
        stores.rows.control.get('owner/contents@1').then((known) => known?.doc);
      expect(await owner()).toMatchObject({ member: expect.any(String) as string });
      let left: object | undefined;
      const building = Object.assign(Object.create(stores.rows) as RowStore, {
        drop: async (...args: Parameters<RowStore['drop']>) => {
          left = await owner();
          await stores.rows.drop(...args);
        },
      });
      const retiring = new Service(stores, { building }).rebuilder.retire('contents');
      await service.upkeep.changed();
      await retiring;

      expect(left).toMatchObject({ member: null });
      expect(service.faults).toEqual([]);
    });

    it('until the previous generation is retired: then it is dropped, and switching back is impossible', async () => {
      await its.build(['contents']);
      expect(await rowSets()).toEqual(['contents@1', 'contents@1.2', 'policies@1', 'popularity@1']);
      await service.rebuilder.retire('contents');

      expect(await rowSets()).toEqual(['contents@1.2', 'policies@1', 'popularity@1']);
      expect(await stores.rows.control.get('owner/contents@1')).toBeUndefined();
      await expect(service.rebuilder.switchBack('contents')).rejects.toMatchObject({
        code: 'NOTHING_TO_SWITCH_BACK',
      });
      await its.build(['contents']);
      await its.build(['contents']);
      expect(await rowSets()).toEqual(['contents@1.3', 'contents@1.4', 'policies@1', 'popularity@1']);
      await its.expectTheWholeLogOnce();
    });
  });
});

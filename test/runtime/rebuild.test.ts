import { Refusal, START, type EventStore, type View } from '@waymark/kernel';
import { Unfoldable, rowAt, type RebuildProgress, type Rebuilder } from '@waymark/runtime';
import { newEvent, range, readWhole } from '../support/events';
import { Service } from '../support/service';
import { openStores } from '../support/stores';
import { contents, empty, popularity, put, refolding, tamper, toyViews, viewNames } from '../support/views';

jest.setTimeout(30_000);

const WRONG = { items: ['not in the log'], count: 1 };

describe('a rebuild', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  let service: Service;

  beforeEach(async () => {
    stores = openStores();
    ({ events } = stores);
    service = await Service.working(stores, { folding: { page: 4, window: 4 } });
    await put(events, 'a', 'bag', 'coat', 'bag');
    await put(events, 'b', 'shoes');
    await empty(events, 'b');
    await put(events, 'c', 'scarf', 'bag', 'coat', 'shoes');
    await service.caughtUp();
  });

  const build = async (views = viewNames, hold = false): Promise<string> => {
    await service.rebuilder.plan(views, { hold });
    return service.rebuilder.run(views);
  };
  const record = (view = 'contents') => service.catalog.record(view);
  /** Position of the log's nth event. */
  const place = async (n: number): Promise<number> => (await readWhole(events))[n - 1]!.position;
  const rowSets = () => stores.rows.names();
  const expectTheWholeLogOnce = async (): Promise<void> => {
    await service.caughtUp();
    expect(await service.rows()).toEqual(await service.wanted());
    for (const view of toyViews) {
      for (const [, rows] of await service.generations(view))
        expect(rows).toEqual((await service.wanted())[view.name]);
    }
  };

  describe('goes on its way', () => {
    it('from planned to live, and says how far it is', async () => {
      await service.rebuilder.plan(['contents']);
      expect((await record()).building).toEqual({
        ...{ version: 1, generation: 2, state: 'planned', since: '2025-09-03T16:00:00.000Z' },
      });
      const said: RebuildProgress[] = [];
      const states = new Set<string | undefined>();
      const onProgress = async (progress: RebuildProgress): Promise<void> => {
        said.push(progress);
        states.add((await record()).building?.state);
      };
      expect(await service.rebuilder.run(['contents'], { onProgress })).toBe('live');

      expect([...states]).toEqual(['building', 'catching up']);
      expect(await record()).toMatchObject({
        ...{ serving: { version: 1, generation: 2 }, previous: { version: 1, generation: 1 } },
        built: { 1: 2 },
      });
      expect((await record()).building).toBeUndefined();
      const [first, last] = [said[0]!, said.findLast(({ state }) => state === 'building')!];
      const head = await events.head();
      const position = await place(4);
      expect(first).toMatchObject({ views: ['contents'], state: 'building', position, head, events: 4 });
      expect(first.secondsLeft).toBeGreaterThanOrEqual(0);
      expect(last).toMatchObject({ position: head, events: 9, rate: expect.any(Number) as number });
      await expectTheWholeLogOnce();
    });

    it('of several views from one reading of the log', async () => {
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

      expect(readings).toEqual([START, ...(await Promise.all([2, 4, 6, 8].map(place)))]);
      await expectTheWholeLogOnce();
    });

    it('while appends go on, and misses none of them', async () => {
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
      await expectTheWholeLogOnce();
    });

    it('once or twice: the rows are equal', async () => {
      await build();
      const once = await service.rows();
      await build();

      expect((await record()).serving).toEqual({ version: 1, generation: 3 });
      expect(await service.rows()).toEqual(once);
      await expectTheWholeLogOnce();
    });
  });

  describe('leaves those that serve as they are', () => {
    beforeEach(async () => {
      for (const key of ['a', 'c']) await tamper(stores.rows, contents, key, WRONG);
    });
    const shown = async (): Promise<unknown> => (await service.rows())['contents'];

    it('until the switch, which waits for a word where it was asked to', async () => {
      expect(await build(['contents'], true)).toBe('verified');
      expect((await record()).building).toMatchObject({ state: 'verified', hold: true });
      expect(await shown()).toEqual({ a: WRONG, c: WRONG });

      await service.rebuilder.switch('contents');
      expect(await shown()).toEqual((await service.wanted())['contents']);
    });

    it('says how many rows are not as they were', async () => {
      await build(['contents'], true);
      expect((await record()).building?.verified).toEqual({ rows: 2, different: 2 });
      await service.rebuilder.switch('contents');

      await tamper(stores.rows, { ...contents, generation: 2 }, 'not there', WRONG);
      await build(['contents'], true);
      expect((await record()).building?.verified).toEqual({ rows: 2, different: 1 });
    });

    it('also for a reader that began before the switch, page after page', async () => {
      await build(['contents'], true);
      const before = service.serving.reader();
      const page = (after: string) => before.find(contents, { after, limit: 1 });
      expect(await page('')).toEqual([{ key: 'a', row: WRONG }]);
      await service.rebuilder.switch('contents');

      expect(await page('a')).toEqual([{ key: 'c', row: WRONG }]);
      expect((await before.load(contents, ['a'])).get('a')?.row).toEqual(WRONG);
      expect(await shown()).toEqual((await service.wanted())['contents']);
    });

    it('and keeps them up, so that the switch can be taken back, and back again', async () => {
      await build(['contents']);
      await put(events, 'd', 'bag');
      await service.caughtUp();
      await service.rebuilder.switchBack('contents');
      const d = (await rowAt(events, contents as View, 'd', await events.head())).row;
      expect(await shown()).toEqual({ a: WRONG, c: WRONG, d });

      await service.rebuilder.switchBack('contents');
      expect(await shown()).toEqual((await service.wanted())['contents']);
      expect(await record()).toMatchObject({ serving: { generation: 2 }, previous: { generation: 1 } });
    });

    it('until they are retired: then they are forgotten, and there is nothing to go back to', async () => {
      await build(['contents']);
      expect(await rowSets()).toEqual(['contents@1', 'contents@1.2', 'policies@1', 'popularity@1']);
      await service.rebuilder.retire('contents');

      expect(await rowSets()).toEqual(['contents@1.2', 'policies@1', 'popularity@1']);
      expect(await stores.rows.control.get('owner/contents@1')).toBeUndefined();
      await expect(service.rebuilder.switchBack('contents')).rejects.toMatchObject({
        code: 'NOTHING_TO_SWITCH_BACK',
      });
      await build(['contents']);
      await build(['contents']);
      expect(await rowSets()).toEqual(['contents@1.3', 'contents@1.4', 'policies@1', 'popularity@1']);
      await expectTheWholeLogOnce();
    });
  });

  describe('rests', () => {
    it('where it is while it is paused, and goes on from there', async () => {
      await service.rebuilder.plan(['contents']);
      const pausing = { onProgress: () => service.rebuilder.pause(['contents']) };
      expect(await service.rebuilder.run(['contents'], pausing)).toBe('paused');
      expect(await service.rebuilder.run(['contents'])).toBe('paused');
      expect((await record()).building).toMatchObject({ state: 'building', paused: true });
      expect(await stores.rows.checkpoint({ ...contents, generation: 2 })).toBe(await place(4));
      await put(events, 'a', 'late');

      await service.rebuilder.resume(['contents']);
      const said: RebuildProgress[] = [];
      const onProgress = (progress: RebuildProgress): void => void said.push(progress);
      expect(await service.rebuilder.run(['contents'], { onProgress })).toBe('live');
      expect(said[0]!.position).toBe(await place(8));
      expect(said.findLast(({ state }) => state === 'building')).toMatchObject({ events: 6 });
      await expectTheWholeLogOnce();
    });

    it('never to go on where it is cancelled, and leaves nothing behind', async () => {
      await service.rebuilder.plan(['contents']);
      const cancelling = { onProgress: () => service.rebuilder.cancel(['contents']) };
      expect(await service.rebuilder.run(['contents'], cancelling)).toBe('cancelled');
      expect(await service.rebuilder.run(['contents'])).toBe('cancelled');

      expect(await record()).toEqual({
        built: { 1: 2 },
        serving: { version: 1, generation: 1 },
        stopped: {},
      });
      expect(await rowSets()).toEqual(['contents@1', 'policies@1', 'popularity@1']);
      await build(['contents']);
      expect((await record()).serving).toEqual({ version: 1, generation: 3 });
      await expectTheWholeLogOnce();
    });

    it.each(['pause', 'cancel'] as const)('alone: to %s one view leaves the others to go on', async (act) => {
      await service.rebuilder.plan(viewNames);
      const onProgress = () => service.rebuilder[act](['contents']);
      await service.rebuilder.run(viewNames, { onProgress });

      expect((await record()).serving).toEqual({ version: 1, generation: 1 });
      expect((await record('popularity')).serving).toEqual({ version: 1, generation: 2 });
      await expectTheWholeLogOnce();
    });

    it('where somebody else builds the view, and leaves it to them', async () => {
      await service.rebuilder.plan(viewNames);
      const other = new Service(stores.connect(), { folding: { page: 2, window: 2 } });
      let overtaken: Promise<string> | undefined;
      const onProgress = async (): Promise<void> => {
        await (overtaken ??= other.rebuilder.run(['contents']));
      };
      const state = await service.rebuilder.run(viewNames, { onProgress });

      expect([state, await overtaken]).toEqual(['live', 'live']);
      expect((await record()).serving).toEqual({ version: 1, generation: 2 });
      expect((await record('popularity')).serving).toEqual({ version: 1, generation: 2 });
      await expectTheWholeLogOnce();
    });
  });

  describe('where an event cannot be folded', () => {
    const refusing = refolding(contents as View, 'ItemStored', (row, event) => {
      if ((event.data as { item: string }).item === 'scarf') throw new Error('no scarfs');
      return contents.on.get('ItemStored')!(row as never, event as never);
    });
    const strict = (): Rebuilder => new Service(stores, { views: [refusing, popularity as View] }).rebuilder;

    it('fails with a word, and leaves what serves as it is; the others go live', async () => {
      await service.rebuilder.plan(viewNames);
      const before = await service.rows();
      const failing = strict().run(viewNames);
      await expect(failing).rejects.toThrow(Unfoldable);
      const where = String(await place(6));
      await expect(failing).rejects.toThrow(
        `contents: event ItemStored at position ${where} cannot be folded: no scarfs`,
      );

      expect(await record()).toMatchObject({
        serving: { version: 1, generation: 1 },
        building: { state: 'building', failed: expect.stringContaining('no scarfs') as string },
      });
      expect((await record('popularity')).serving).toEqual({ version: 1, generation: 2 });
      expect(await service.rows()).toEqual(before);
    });

    it('goes on from there once that is mended', async () => {
      await service.rebuilder.plan(['contents']);
      await expect(strict().run(['contents'])).rejects.toThrow('no scarfs');
      expect(await stores.rows.checkpoint({ ...contents, generation: 2 })).toBe(await place(5));

      expect(await service.rebuilder.run(['contents'])).toBe('live');
      await expectTheWholeLogOnce();
    });

    it('fails as well where that comes to light while it catches up, instead of waiting for ever', async () => {
      await service.rebuilder.plan(['contents']);
      const slam = async ({ state }: RebuildProgress): Promise<void> => {
        if (state === 'building') await events.append('locker-a', 'any', [newEvent('DoorSlammed')]);
        else await service.caughtUp();
      };
      const once = new Service(stores, { folding: { page: 100 } }).rebuilder;
      // Those who keep views up stop at it, and so does the new generation.
      await expect(once.run(['contents'], { onProgress: slam })).rejects.toThrow('DoorSlammed');
      expect((await record()).building?.failed).toContain('DoorSlammed');
    });
  });

  it('is refused for a view that there is not, and one that is not ready cannot be switched to', async () => {
    await expect(service.rebuilder.plan(['unheard-of'])).rejects.toMatchObject({ code: 'UNKNOWN_VIEW' });
    await service.rebuilder.plan(['contents']);
    await expect(service.rebuilder.switch('contents')).rejects.toThrow(Refusal);
    expect((await record()).serving).toEqual({ version: 1, generation: 1 });
  });
});

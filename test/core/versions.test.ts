import { Refusal, type View } from '@waymark/core/kernel';
import { DyingRows } from '../support/dying';
import { Service, type ServiceOptions } from '../support/service';
import { afterwards, openStores } from '../support/stores';
import { contents, popularity, put, viewsOfToys } from '../support/views';

jest.setTimeout(20_000);

/** The contents of each locker in the second version: the count of each item. */
const second = viewsOfToys<{ items: Readonly<Record<string, number>> }>({
  name: 'contents',
  version: 2,
  indexes: ['first'],
  on: {
    ItemStored: (row, { data }) => ({
      items: { ...row?.items, [data.item]: (row?.items[data.item] ?? 0) + 1 },
    }),
    LockerEmptied: () => null,
  },
  former: [
    {
      view: contents as View,
      read: (row) => {
        const items: Record<string, number> = {};
        for (const item of (row as { items: readonly string[] }).items) items[item] = (items[item] ?? 0) + 1;
        return { items };
      },
    },
  ],
});
const third: View = {
  ...(second as View),
  version: 3,
  former: [{ view: second as View, read: (row) => row }],
};
const alone: View = { ...(second as View), former: [] };

describe('a view whose version was incremented', () => {
  let stores: ReturnType<typeof openStores>;
  const release = (contentsOfRelease: View, options: ServiceOptions = {}): Promise<Service> =>
    Service.working(stores, { views: [contentsOfRelease, popularity as View], ...options });

  beforeEach(async () => {
    stores = openStores();
    const first = await release(contents as View);
    await put(stores.events, 'a', 'bag', 'coat', 'bag');
    await first.caughtUp();
    await first.stop();
  });
  const shown = async (service: Service): Promise<unknown> => (await service.rows())['contents'];

  it('is detected at startup, and serves the former version until it is built', async () => {
    const service = await release(second as View);
    expect(service.due).toEqual([['contents']]);
    expect((await service.catalog.record('contents')).building).toMatchObject({
      version: 2,
      state: 'planned',
    });

    await put(stores.events, 'b', 'shoes');
    await service.caughtUp();
    expect(await shown(service)).toEqual({ a: { items: { bag: 2, coat: 1 } }, b: { items: { shoes: 1 } } });
    expect((await service.serving.reader().load(second, ['a'])).get('a')?.row).toEqual({
      items: { bag: 2, coat: 1 },
    });

    expect(await service.rebuilder.run(['contents'])).toBe('live');
    expect(await service.catalog.record('contents')).toMatchObject({
      serving: { version: 2, generation: 1 },
      previous: { version: 1, generation: 1 },
    });
    await put(stores.events, 'b', 'shoes');
    await service.caughtUp();
    expect(await shown(service)).toEqual(await service.wanted().then((rows) => rows['contents']));
  });

  it('is requested again at each startup until it is built, and not afterwards', async () => {
    for (const _start of [1, 2]) {
      const service = await release(second as View);
      expect(service.due).toEqual([['contents']]);
      await service.stop();
    }
    const service = await release(second as View);
    await service.rebuilder.run(['contents']);
    await service.stop();

    const next = await release(second as View);
    expect(next.due).toEqual([]);
    expect((await next.catalog.record('contents')).built).toEqual({ 1: 1, 2: 1 });
  });

  it('is not requested while its build is paused', async () => {
    const service = await release(second as View);
    await service.rebuilder.pause(['contents']);
    await service.stop();

    expect((await release(second as View)).due).toEqual([]);
  });

  it('cannot be read before it is built if the former version is not supported: it is refused as temporarily unavailable', async () => {
    const service = await release(alone);
    const reader = service.serving.reader();
    for (const reading of [reader.find(alone), reader.load(alone, ['a'])]) {
      const refusal = (await reading.catch((error: unknown) => error)) as Refusal;
      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal).toMatchObject({ code: 'VIEW_BUILDING', kind: 'unavailable' });
      expect(refusal.message).toContain('view contents is being built');
    }
    expect(await reader.find(popularity)).toHaveLength(2);

    await service.rebuilder.run(['contents']);
    expect(await service.serving.reader().find(alone)).toHaveLength(1);
  });

  it('cannot be queried by an index of the new version before that is built', async () => {
    const service = await release(second as View);
    const searched = service.serving.reader().find(second, { where: { first: 'bag' } });
    await expect(searched).rejects.toMatchObject({ code: 'VIEW_BUILDING' });
  });

  it('and then incremented again cancels the build of the version in between', async () => {
    const between = await release(second as View, { folding: { page: 1, window: 1 } });
    const onProgress = () => between.rebuilder.pause(['contents']);
    await between.rebuilder.run(['contents'], { onProgress });
    expect(await stores.rows.names()).toContain('contents@2');
    await between.stop();

    const service = await release(third);
    expect((await service.catalog.record('contents')).building).toMatchObject({ version: 3, generation: 1 });
    expect(await service.rebuilder.run(['contents'])).toBe('live');
    expect(await stores.rows.names()).toEqual(['contents@1', 'contents@3', 'policies@1', 'popularity@1']);
  });

  it('cannot be built by the previous release, which continues with its own version', async () => {
    const next = await release(second as View);
    const before = new Service(stores, { views: [contents as View, popularity as View] });
    const building = before.rebuilder.run(['contents']);
    await expect(building).rejects.toThrow('contents@2 can be built only by another release');
    await before.rebuilder.plan(['contents']);
    expect((await before.catalog.record('contents')).building).toMatchObject({ version: 2 });

    await next.rebuilder.run(['contents']);
    expect(await before.serving.reader().find(contents)).toEqual([
      { key: 'a', row: { items: ['bag', 'coat', 'bag'], count: 3 } },
    ]);
    expect(await before.serving.waitable()).toEqual(['contents', 'popularity']);
    // It need not be rebuilt there: the former generation is still kept up to date.
    afterwards(() => before.stop());
    await before.start();
    expect(before.due).toEqual([]);
  });
});

describe('views at the first startup', () => {
  it('are live immediately on an empty log', async () => {
    const stores = openStores();
    const service = await Service.working(stores);
    expect(service.due).toEqual([]);
    expect(await service.rows()).toEqual({ contents: {}, popularity: {} });
  });

  it('can be read as soon as they are recorded as live', async () => {
    const stores = openStores();
    // The first process to start dies just after it has recorded the first view as live.
    const dying = new DyingRows(stores.rows, 2, 'after');
    await expect(new Service({ ...stores, rows: dying.rows }).start()).rejects.toThrow('dead');

    const { serving, catalog } = new Service(stores.connect());
    expect([...(await catalog.records()).keys()]).toEqual(['contents']);
    expect(await serving.reader().find(contents)).toEqual([]);
  });

  it('are built on a log with events, as is a view that was added', async () => {
    const stores = openStores();
    await put(stores.events, 'a', 'bag', 'coat');
    const service = await Service.working(stores, { views: [contents as View] });
    expect(service.due).toEqual([['contents']]);
    await expect(service.rows()).rejects.toMatchObject({ code: 'VIEW_BUILDING' });
    await service.rebuilder.run(['contents']);
    expect(await service.rows()).toEqual(await service.wanted());
    await service.stop();

    const next = await Service.working(stores);
    expect(next.due).toEqual([['popularity']]);
    await next.rebuilder.run(['popularity']);
    expect(await next.rows()).toEqual(await next.wanted());
  });
});

import { type Jobs, rowSetName, type View } from '@waymark/core/kernel';
import { projections } from '@waymark/core/projections';
import { rebuildJob, requestRebuild } from '@waymark/core/upkeep';
import { Service, type ServiceOptions } from '../support/service';
import { openStores } from '../support/stores';
import { contents, picky, popularity, put, refolding } from '../support/views';

jest.setTimeout(20_000);

const renamedAs = (view: View): View => ({ ...view, name: 'stock', formerly: 'contents' });
const stock = renamedAs(contents as View);

describe('a view that was renamed', () => {
  let stores: ReturnType<typeof openStores>;
  beforeEach(() => {
    stores = openStores();
  });
  const release = (view: View, options: ServiceOptions = {}): Promise<Service> =>
    Service.working(stores, { views: [view, popularity as View], ...options });
  const previous = async (view: View, work: (service: Service) => Promise<void>): Promise<void> => {
    const service = await release(view);
    await work(service);
    await service.stop();
  };
  const shown = async (service: Service, key: string): Promise<unknown> =>
    (await service.serving.reader().load(stock, [key])).get(key)?.row;

  it('serves the rows that were stored under its former name, and keeps them up to date', async () => {
    await previous(contents as View, async (service) => {
      await put(stores.events, 'a', 'bag');
      await service.caughtUp();
    });
    const service = await release(stock);
    expect(service.due).toEqual([]);
    expect(await shown(service, 'a')).toEqual({ items: ['bag'], count: 1 });
    await put(stores.events, 'a', 'coat');
    await service.caughtUp();
    expect(await shown(service, 'a')).toEqual({ items: ['bag', 'coat'], count: 2 });
    expect(await stores.rows.names()).toEqual(['contents@1', 'policies@1', 'popularity@1']);
    expect([...(await service.catalog.records()).keys()]).toEqual(['stock', 'popularity']);
  });

  it('can be rebuilt, and processes of the previous release read the new generation', async () => {
    await previous(contents as View, async (service) => {
      await put(stores.events, 'a', 'bag');
      await service.caughtUp();
    });
    const service = await release(stock);
    await service.rebuilder.plan(['stock']);
    expect(await service.rebuilder.run(['stock'])).toBe('live');
    expect(await service.catalog.record('stock')).toMatchObject({
      serving: { version: 1, generation: 2 },
      previous: { version: 1, generation: 1 },
    });
    await service.rebuilder.retire('stock');
    expect(await stores.rows.names()).toEqual(['contents@1.2', 'policies@1', 'popularity@1']);

    const before = new Service(stores.connect(), { views: [contents as View, popularity as View] });
    expect(await before.serving.reader().find(contents)).toEqual(await service.serving.reader().find(stock));
  });

  it('has rebuilds requested under its stored name, which releases before and after the rename can run', async () => {
    await previous(contents as View, async (service) => {
      await put(stores.events, 'a', 'bag');
      await service.caughtUp();
      await service.rebuilder.plan(['contents']);
    });
    const service = await release(stock);
    expect(service.due).toEqual([['stock']]);
    const request = { views: ['contents'], builds: ['contents@1.2'] };
    const add = jest.fn();
    const jobs = { get: () => Promise.resolve(undefined), add } as unknown as Jobs;
    await requestRebuild(jobs, service.catalog, ['stock']);
    expect(add).toHaveBeenCalledWith(expect.objectContaining({ data: request }));
    const context = { signal: new AbortController().signal, progress: () => Promise.resolve() };
    expect(await rebuildJob(service.rebuilder).run(request as never, context as never)).toEqual({
      state: 'live',
    });
    expect((await service.catalog.record('stock')).serving).toEqual({ version: 1, generation: 2 });
  });

  it('keeps parked rows, and skips events that were skipped under its former name', async () => {
    const poison = new Set(['stone', 'brick']);
    await previous(picky(poison), async (service) => {
      await put(stores.events, 'a', 'stone', 'bag');
      await put(stores.events, 'b', 'brick', 'coat');
      await service.caughtUp();
      await service.parking.skip('contents', 'a', 'No stones', 'tester');
    });
    const service = await release(renamedAs(picky(poison)));
    const parked = await service.parking.list();
    expect(parked.map(({ view, key }) => [view, key])).toEqual([['stock', 'b']]);
    expect(await service.parking.skip('stock', 'b', 'No bricks', 'tester')).toEqual([]);
    expect((await stores.events.readStream(`${projections.name}-contents`)).map(({ data }) => data)).toEqual([
      expect.objectContaining({ view: 'contents', reason: 'No stones' }),
      expect.objectContaining({ view: 'contents', reason: 'No bricks' }),
    ]);
    // A rebuild fails if a single event cannot be folded.
    await service.rebuilder.plan(['stock']);
    expect(await service.rebuilder.run(['stock'])).toBe('live');
    expect(await shown(service, 'a')).toEqual({ items: ['bag'], count: 1 });
    expect(await shown(service, 'b')).toEqual({ items: ['coat'], count: 1 });
  });

  it('is called by its present name in refusals, and its rows by their stored name', async () => {
    await put(stores.events, 'a', 'bag');
    const service = await release(refolding(stock, 'ItemStored', (row) => row));
    await expect(service.serving.reader().find(stock)).rejects.toMatchObject({
      code: 'VIEW_BUILDING',
      message: expect.stringContaining('The view stock is being built'),
    });
    expect(rowSetName({ ...stock, generation: 2 })).toBe('contents@1.2');
  });
});

import type { EventStore, RowStore, View } from '@waymark/core/kernel';
import { readWhole } from '../support/events';
import { Service, type ServiceOptions } from '../support/service';
import { openStores } from '../support/stores';
import { contents, empty, folded, picky, popularity, put, rowsOf } from '../support/views';

jest.setTimeout(20_000);

describe('a row that an event cannot be folded into', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  /** Items that cannot be folded at present. */
  let poison: Set<string>;
  let service: Service;
  const working = (options: ServiceOptions = {}): Promise<Service> =>
    Service.working(stores, { views: [picky(poison), popularity as View], ...options });

  beforeEach(async () => {
    stores = openStores();
    ({ events } = stores);
    poison = new Set(['bomb']);
    service = await working();
  });

  const parked = async (of = service) =>
    (await of.parking.list()).map(({ key, parked: { position, waiting } }) => ({ key, position, waiting }));
  const row = async (key: string): Promise<unknown> => (await service.rows())['contents']![key];
  const retry = (key: string) => service.parking.retry('contents', key);
  /** Take the view up again after a retry has fenced it. */
  const caughtUp = () => service.caughtUp();

  it('is parked with its later events waiting in order, while all other rows continue', async () => {
    await put(events, 'a', 'bag');
    const { position } = await put(events, 'a', 'bomb');
    await put(events, 'a', 'coat', 'shoes');
    await put(events, 'b', 'bag');
    await caughtUp();
    await put(events, 'a', 'scarf');
    await put(events, 'b', 'coat');
    await caughtUp();

    expect(await service.parking.list()).toEqual([
      {
        ...{ view: 'contents', version: 1, generation: 1, key: 'a' },
        parked: {
          ...{ event: (await readWhole(events))[1]!.id, type: 'ItemStored', position },
          ...{ error: 'no bomb here', since: '2025-09-03T16:00:00.000Z', waiting: 3 },
          after: expect.any(Number) as number,
        },
      },
    ]);
    expect(await service.rows()).toEqual({
      contents: { a: { items: ['bag'], count: 1 }, b: { items: ['bag', 'coat'], count: 2 } },
      popularity: folded(await readWhole(events))['popularity'],
    });
    expect(service.faults).toEqual([
      `a row of contents@1: event ItemStored at position ${String(position)} cannot be processed: no bomb here`,
    ]);
  });

  it('may not exist yet', async () => {
    await put(events, 'a', 'bomb', 'bag');
    await caughtUp();
    expect([await row('a'), await parked()]).toEqual([undefined, [expect.objectContaining({ waiting: 1 })]]);

    poison.clear();
    expect(await retry('a')).toEqual([]);
    expect(await row('a')).toEqual({ items: ['bomb', 'bag'], count: 2 });
  });

  it('continues in order after the fix, with the events that follow', async () => {
    await put(events, 'a', 'bag', 'bomb', 'coat');
    await put(events, 'b', 'bag');
    await empty(events, 'a');
    await put(events, 'a', 'shoes', 'scarf');
    await caughtUp();
    poison.clear();

    expect(await retry('a')).toEqual([]);
    expect(await row('a')).toEqual({ items: ['shoes', 'scarf'], count: 2 });
    await put(events, 'a', 'hat');
    await caughtUp();
    expect(await service.rows()).toEqual(await service.wanted());
    expect(await parked()).toEqual([]);
  });

  it('is deleted if a waiting event deletes it', async () => {
    await put(events, 'a', 'bag', 'bomb');
    await empty(events, 'a');
    await caughtUp();
    poison.clear();
    await retry('a');

    expect([await row('a'), await parked()]).toEqual([undefined, []]);
    await put(events, 'a', 'hat');
    await caughtUp();
    expect(await service.rows()).toEqual(await service.wanted());
  });

  it('is parked at the next failing event, with the events before it folded', async () => {
    await put(events, 'a', 'bag', 'bomb', 'coat');
    const { position } = await put(events, 'a', 'mine');
    await put(events, 'a', 'shoes', 'hat');
    await caughtUp();
    poison = new Set(['mine']);
    await service.stop();
    service = await working();

    expect(await retry('a')).toMatchObject([{ key: 'a', parked: { position, waiting: 2 } }]);
    expect(await row('a')).toEqual({ items: ['bag', 'bomb', 'coat'], count: 3 });
    expect(await retry('a')).toMatchObject([{ parked: { position, waiting: 2 } }]);
    poison.clear();
    expect(await retry('a')).toEqual([]);
    await caughtUp();
    expect(await service.rows()).toEqual(await service.wanted());
  });

  describe('continues without the event', () => {
    const skip = (reason: string) => service.parking.skip('contents', 'a', reason, 'clerk');
    const without = { items: ['bag', 'coat'], count: 2 };
    beforeEach(async () => {
      await put(events, 'a', 'bag', 'bomb', 'coat');
      await caughtUp();
    });

    it('if it is skipped with a reason, which is recorded in the log', async () => {
      expect(await skip('it was never there')).toEqual([]);
      expect(await row('a')).toEqual(without);

      const log = await readWhole(events);
      expect(log.at(-1)).toMatchObject({
        ...{ type: 'EventSkipped', stream: 'projection-contents' },
        data: { event: log[1]!.id, view: 'contents', version: 1, reason: 'it was never there' },
        metadata: { actor: 'clerk' },
      });
      await caughtUp();
      await put(events, 'a', 'hat');
      await caughtUp();
      expect(await row('a')).toEqual({ items: ['bag', 'coat', 'hat'], count: 3 });
    });

    it.each(['', '  '])('but not without a reason (%j)', async (reason) => {
      const before = await events.head();
      await expect(skip(reason)).rejects.toMatchObject({ code: 'REASON_MISSING', kind: 'invalid' });

      expect([await events.head(), await row('a')]).toEqual([before, { items: ['bag'], count: 1 }]);
      expect(await parked()).toHaveLength(1);
    });

    it('also when it is rebuilt, which fails until the event is skipped', async () => {
      // Small pages, so that the skip is recorded many pages after the event.
      const { rebuilder } = new Service(stores, {
        ...{ views: service.views, tells: service },
        folding: { page: 1, window: 1 },
      });
      const build = async () => {
        await rebuilder.plan(['contents']);
        return rebuilder.run(['contents']);
      };
      await expect(build()).rejects.toThrow('no bomb here');
      await skip('it was never there');
      expect(await build()).toBe('live');
      expect(await row('a')).toEqual(without);
    });

    it('only in that version of that view', async () => {
      await skip('it was never there');
      const next: View = { ...picky(poison), version: 2 };
      await service.stop();
      service = await working({ views: [next] });
      await expect(service.rebuilder.run(['contents'])).rejects.toThrow('no bomb here');
    });
  });

  it('is parked in each generation that is kept up to date, and continues in each', async () => {
    await service.rebuilder.plan(['contents']);
    await service.rebuilder.run(['contents']);
    await put(events, 'a', 'bag', 'bomb', 'coat');
    await caughtUp();
    expect((await service.parking.list()).map(({ generation }) => generation)).toEqual([2, 1]);

    poison.clear();
    expect(await retry('a')).toEqual([]);
    for (const [, rows] of await service.generations(service.views[0]!))
      expect(rows).toEqual({ a: { items: ['bag', 'bomb', 'coat'], count: 3 } });
  });

  it('cannot be retried or skipped if it is not parked', async () => {
    await put(events, 'a', 'bag', 'bomb');
    await caughtUp();
    const refusal = { code: 'NOT_PARKED', kind: 'missing' };
    await expect(retry('b')).rejects.toMatchObject(refusal);
    await expect(service.parking.retry('popularity', 'a')).rejects.toMatchObject(refusal);
    await expect(service.parking.skip('contents', 'b', 'why not', 'clerk')).rejects.toMatchObject(refusal);
  });

  describe('while other processes project', () => {
    /** Rows for which the projector's next commit first lets something else happen. */
    const overtaken = (rows: RowStore, by: () => Promise<void>): RowStore =>
      Object.create(rows, {
        commit: {
          value: async (...args: Parameters<RowStore['commit']>) => {
            await by();
            return rows.commit(...args);
          },
        },
      }) as RowStore;

    it('is not written back to its parked state by the owner after it was released', async () => {
      await put(events, 'a', 'bag', 'bomb', 'coat');
      await caughtUp();
      await service.stop();
      // The owner holds the parked row in memory while another process releases it.
      const retries: Promise<unknown>[] = [];
      const rows = overtaken(stores.rows, async () => {
        if (poison.size === 0) return;
        poison.clear();
        retries.push(new Service(stores.connect(), { views: service.views }).parking.retry('contents', 'a'));
        await retries[0];
      });
      service = await Service.working({ events, rows }, { views: service.views });
      await put(events, 'a', 'hat');
      await caughtUp();
      await caughtUp();

      expect(await Promise.all(retries)).toEqual([[]]);
      expect(await parked()).toEqual([]);
      expect((await service.rows())['contents']).toEqual((await service.wanted())['contents']);
    });

    it('is released although the owner takes the view up again before each attempt', async () => {
      await put(events, 'a', 'bag', 'bomb', 'coat');
      await caughtUp();
      let times = 0;
      const rows = overtaken(stores.connect().rows, async () => {
        if ((times += 1) > 3) return;
        await put(events, 'a', `hat ${String(times)}`);
        await caughtUp();
      });
      poison.clear();
      const other = new Service({ events, rows }, { views: service.views });
      expect(await other.parking.retry('contents', 'a')).toEqual([]);

      expect(times).toBe(4);
      await caughtUp();
      expect(await service.rows()).toEqual(await service.wanted());
    });
  });

  it('is released without reading or writing any other row', async () => {
    await put(events, 'a', 'bag', 'bomb');
    await put(events, 'b', 'bag');
    await caughtUp();
    const before = await stores.rows.load(contents, ['b']);
    poison.clear();
    await retry('a');

    expect(await stores.rows.load(contents, ['b'])).toEqual(before);
    expect((await rowsOf(stores.rows, [contents as View]))['contents']).toEqual(
      (await service.wanted())['contents'],
    );
  });
});

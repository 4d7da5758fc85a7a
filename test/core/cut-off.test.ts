import fc from 'fast-check';
import { type EventStore, policiesOf, type View } from '@waymark/core/kernel';
import { Skips } from '@waymark/core/projections';
import { Reactor } from '@waymark/core/reactions';
import { CutOffRows } from '../support/cut-off';
import { readWhole } from '../support/events';
import { submitterOver } from '../support/lockers';
import { Service } from '../support/service';
import { type Connection, openStores } from '../support/stores';
import { empty, folded, picky, popularity, projectorOver, put, rowsOf } from '../support/views';

const now = (): string => '2025-09-03T16:00:00.000Z';
const until = async (done: () => Promise<boolean>): Promise<void> => {
  while (!(await done())) await new Promise((resolve) => setImmediate(resolve));
};

describe('rows written ahead of their checkpoint by an interrupted writer', () => {
  let stores: Connection;
  let events: EventStore;
  let cutOff: CutOffRows;
  beforeEach(() => {
    const opened = openStores();
    cutOff = new CutOffRows(opened.rows);
    stores = { events: opened.events, rows: cutOff.rows };
    ({ events } = stores);
  });

  it('count every event once, wherever the interruption was', async () => {
    const action = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('bag', 'coat', 'empty'));
    const rounds = fc.array(fc.tuple(fc.array(action, { minLength: 1, maxLength: 5 }), fc.boolean()), {
      maxLength: 8,
    });
    const property = fc.asyncProperty(rounds, fc.integer({ min: 1, max: 4 }), async (given, window) => {
      const own = openStores();
      const mine = new CutOffRows(own.rows);
      for (const [actions, cuts] of given) {
        for (const [locker, what] of actions)
          await (what === 'empty' ? empty(own.events, locker) : put(own.events, locker, what));
        mine.cuts = () => cuts;
        const projector = projectorOver({ events: own.events, rows: mine.rows }, { page: window, window });
        await projector.catchUp().catch(() => undefined);
      }
      mine.cuts = () => false;
      await projectorOver({ events: own.events, rows: mine.rows }).catchUp();
      expect(await rowsOf(own.rows)).toEqual(folded(await readWhole(own.events)));
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('have another revision once the next writer has passed, which finds nothing left to write', async () => {
    await put(events, 'a', 'bag');
    await projectorOver(stores).catchUp();
    const revision = (): Promise<number> => stores.rows.revision(popularity);
    await put(events, 'a', 'bag');
    cutOff.cuts = () => true;
    await projectorOver(stores)
      .catchUp()
      .catch(() => undefined);
    const before = await revision();

    cutOff.cuts = () => false;
    await projectorOver(stores).catchUp();
    expect(await revision()).toBeGreaterThan(before);
  });

  describe('and parked there', () => {
    const poison = new Set(['bomb']);
    const views: readonly View[] = [picky(poison), popularity as View];
    beforeEach(() => poison.add('bomb'));

    it('count waiting events once, and continue up to the checkpoint', async () => {
      const service = await Service.working(stores, { views });
      await put(events, 'a', 'bag', 'bomb', 'coat');
      await service.caughtUp();
      cutOff.cuts = ({ name }) => name === 'contents';
      await put(events, 'a', 'shoes', 'hat');
      await service.caughtUp().catch(() => undefined);
      await service.stop();
      poison.clear();
      // No writer has passed yet: the row is ahead of the checkpoint, and is folded up to it.
      cutOff.cuts = () => false;
      expect(await new Service(stores, { views }).parking.retry('contents', 'a')).toEqual([]);
      expect((await rowsOf(stores.rows))['contents']).toEqual({
        a: { items: ['bag', 'bomb', 'coat'], count: 3 },
      });

      const next = await Service.working(stores, { views });
      await next.caughtUp();
      expect(await next.rows()).toEqual(await next.wanted());
    });

    it('are waited for if the view has not reached the event yet', async () => {
      const service = await Service.working(stores, { views });
      await service.caughtUp();
      cutOff.cuts = ({ name }) => name === 'contents';
      await put(events, 'a', 'bag', 'bomb', 'coat');
      await service.caughtUp().catch(() => undefined);
      await service.stop();
      poison.clear();
      cutOff.cuts = () => false;
      let retried = false;
      const retrying = new Service(stores, { views }).parking
        .retry('contents', 'a')
        .finally(() => (retried = true));
      const next = await Service.working(stores, { views });
      await until(async () => {
        await next.caughtUp();
        return retried;
      });

      expect(await retrying).toEqual([]);
      await next.caughtUp();
      expect(await next.rows()).toEqual(await next.wanted());
    });

    it('count waiting events once for policies too', async () => {
      const policy = policiesOf<{ ItemStored: { item: string } }>()('puzzled', {
        ItemStored: ({ data: { item } }) => {
          if (item === 'bomb') throw new Error('what now');
          return [];
        },
      });
      const reactor = (): Reactor =>
        new Reactor({
          ...{ ...stores, now, policies: [policy], submitter: submitterOver(events) },
          skips: new Skips(events),
        });
      await put(events, 'a', 'bag', 'bomb', 'coat');
      for (const cut of [true, true, false]) {
        cutOff.cuts = () => cut;
        await put(events, 'a', 'shoes');
        await reactor().catchUp();
      }

      expect(await reactor().parked()).toMatchObject([{ key: 'locker-a', parked: { waiting: 4 } }]);
    });
  });
});

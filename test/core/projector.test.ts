import fc from 'fast-check';
import type { EventStore, RecordedEvent, RowStore, View } from '@waymark/core/kernel';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, openStores } from '../support/stores';
import {
  contents,
  empty,
  folded,
  known,
  popularity,
  Projecting,
  projectorOver,
  put,
  refolding,
  rowsOf,
  toyViews,
  viewNames,
} from '../support/views';

const LONG = 20_000;
jest.setTimeout(30_000);

describe('Projector', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  let rows: RowStore;

  beforeEach(() => {
    stores = openStores();
    ({ events, rows } = stores);
  });

  const started = async (projector: Projecting): Promise<Projecting> => {
    afterwards(() => projector.stop());
    await projector.start();
    return projector;
  };
  const expectTheWholeLogOnce = async (of: RowStore = rows): Promise<void> =>
    expect(await rowsOf(of)).toEqual(folded(await readWhole(events)));

  describe('with several processes', () => {
    it('counts each event once although two processes project the same views while events are appended', async () => {
      const processes = [stores, stores.connect()];
      const projectors = await Promise.all(
        processes.map((each, at) => started(projectorOver(each, { page: 3 + at, window: 10 + at }))),
      );

      for (const round of range(20)) {
        await Promise.all(
          range(10).map((n) => {
            const { events: log } = processes[n % 2]!;
            const locker = String((round + n) % 4);
            return n === 9 ? empty(log, locker) : put(log, locker, `item ${String(n % 3)}`);
          }),
        );
      }
      const head = await events.head();
      const reached = await Promise.all(projectors.map((each) => each.reached(viewNames, head, LONG)));

      expect(reached).toEqual([true, true]);
      await expectTheWholeLogOnce();
    });

    it('discards what it folded, and continues from the new checkpoint, each time another process commits first', async () => {
      const other = projectorOver(stores.connect(), { page: 2, window: 2 });
      let overtaken = 0;
      const overtakenRows = Object.create(rows, {
        commit: {
          value: async (...commit: Parameters<RowStore['commit']>) => {
            const before = await rows.checkpoint(commit[0]);
            await other.catchUp();
            if ((await rows.checkpoint(commit[0])) !== before) overtaken += 1;
            await rows.commit(...commit);
          },
        },
      }) as RowStore;
      const projector = projectorOver({ events, rows: overtakenRows }, { page: 3, window: 3 });

      for (const round of range(5)) {
        await put(events, 'a', ...range(7).map((n) => `item ${String(n % (round + 1))}`));
        await projector.catchUp();
      }
      expect(overtaken).toBeGreaterThanOrEqual(5);
      await expectTheWholeLogOnce();
    });

    it('writes nothing to a view that has another owner, and reports it', async () => {
      const onFenced = jest.fn();
      const { projector: late } = new Projecting({ events, rows }, { onFenced });
      await late.assign(toyViews.map((view) => ({ view, epoch: 1 })));
      await put(events, 'a', 'bag');
      await late.catchUp();
      const { projector: next } = new Projecting(stores.connect());
      await next.assign([{ view: contents as View, epoch: 2 }]);
      await put(events, 'a', 'coat');
      await late.catchUp();

      expect(onFenced.mock.calls).toEqual([[contents]]);
      expect(late.states().map(({ view }) => view)).toEqual([popularity]);
      expect(await rowsOf(rows)).toMatchObject({
        contents: { a: { items: ['bag'] } },
        popularity: { coat: { times: 1 } },
      });
      await late.assign([{ view: contents as View, epoch: 1 }]);
      expect(late.states()).toEqual([]);
      await next.catchUp();
      await expectTheWholeLogOnce();
    });

    it('continues from the checkpoints after a restart, folding nothing again', async () => {
      const fold = jest.fn(
        contents.on.get('ItemStored')! as (row: object | null, event: RecordedEvent) => object,
      );
      const views = [refolding(contents as View, 'ItemStored', fold), popularity as View];
      await put(events, 'a', 'bag', 'coat');
      await projectorOver(stores, { views }).catchUp();
      await put(events, 'a', 'shoes');
      await projectorOver(stores.connect(), { views }).catchUp();

      expect(fold.mock.calls.map(([, { revision }]) => revision)).toEqual([0, 1, 2]);
      await expectTheWholeLogOnce();
    });
  });

  describe('with any page and window size', () => {
    const action = fc.record({
      locker: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('bag', 'coat', 'shoes', 'empty', 'paint'),
    });
    const size = fc.constantFrom(1, 2, 3, 7, 50);

    it('gives rows with every event once: live, restarted, and built from the start', async () => {
      const property = fc.asyncProperty(
        fc.array(fc.array(action, { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.record({ page: size, window: size, restart: fc.boolean() }), {
          minLength: 6,
          maxLength: 6,
        }),
        async (rounds, settings) => {
          const own = openStores();
          let live = projectorOver(own, settings[0]);
          for (const [at, actions] of rounds.entries()) {
            for (const { locker, what } of actions) {
              if (what === 'empty') await empty(own.events, locker);
              else if (what === 'paint')
                await own.events.append(`locker-${locker}`, 'any', [newEvent('DoorPainted')]);
              else await put(own.events, locker, what);
            }
            if (settings[at]!.restart) live = projectorOver(own, settings[at]);
            await live.catchUp();
          }
          const rebuilt = openStores().rows;
          await projectorOver({ events: own.events, rows: rebuilt }, settings[5]).catchUp();

          const expected = folded(await readWhole(own.events));
          expect(await rowsOf(own.rows)).toEqual(expected);
          expect(await rowsOf(rebuilt)).toEqual(expected);
          const head = await own.events.head();
          expect(live.states().map(({ position }) => position)).toEqual(toyViews.map(() => head));
        },
      );
      // On failure, fast-check prints the seed and the smallest failing log.
      await fc.assert(property, { numRuns: 12 });
    });

    it.each([1, 100])(
      'builds a view that was added later, %d event(s) at a time, next to one that is ahead',
      async (window) => {
        await put(events, 'a', 'bag', 'coat', 'bag');
        await projectorOver(stores, { views: [popularity as View] }).catchUp();
        await put(events, 'b', 'bag', 'shoes');
        await projectorOver(stores, { page: window, window }).catchUp();

        await expectTheWholeLogOnce();
      },
    );

    it.each([1, 100])('deletes a row and creates it again, %d event(s) at a time', async (window) => {
      const projector = projectorOver(stores, { page: window, window });
      await put(events, 'a', 'bag');
      await empty(events, 'a');
      await projector.catchUp();
      expect((await rowsOf(rows))['contents']).toEqual({});

      await put(events, 'a', 'coat');
      await empty(events, 'a');
      await put(events, 'a', 'shoes', 'scarf');
      await projector.catchUp();
      expect((await rowsOf(rows))['contents']).toEqual({ a: { items: ['shoes', 'scarf'], count: 2 } });
    });
  });

  describe('if an event cannot be folded', () => {
    const refusingCoats = refolding(contents as View, 'ItemStored', (row, event) => {
      if ((event.data as { item: string }).item === 'coat') throw new Error('no coats');
      return contents.on.get('ItemStored')!(row as never, event as RecordedEvent<string, never>);
    });

    it('stops only that view, with a reason, until the fix, in strict mode', async () => {
      const onStopped = jest.fn();
      const views = [refusingCoats, popularity as View];
      const projector = projectorOver(stores, { views, onStopped, strict: true });
      await put(events, 'a', 'bag', 'coat', 'shoes');
      await projector.catchUp();
      await put(events, 'b', 'bag');
      await projector.catchUp();

      const reason = expect.stringMatching(/ItemStored.*no coats/);
      expect(onStopped.mock.calls).toEqual([[refusingCoats, reason]]);
      const [stopped, going] = projector.states();
      expect(stopped).toMatchObject({ view: refusingCoats, epoch: 0, stopped: reason });
      expect(going).toEqual({ view: popularity, epoch: 0, position: await events.head() });
      const { contents: lockers, popularity: items } = await rowsOf(rows);
      expect(items).toEqual({ bag: { times: 2 }, coat: { times: 1 }, shoes: { times: 1 } });
      expect(lockers).toEqual({ a: { items: ['bag'], count: 1 } });

      await projectorOver(stores).catchUp();
      await expectTheWholeLogOnce();
    });

    it('stops only that view if the key cannot be determined', async () => {
      const keyless = {
        ...popularity,
        key: (event) => {
          if ((event.data as { item: string }).item === 'coat') throw new Error('no key');
          return popularity.key(event);
        },
      } as View;
      const onStopped = jest.fn();
      await put(events, 'a', 'bag', 'coat', 'bag');
      await projectorOver(stores, { views: [keyless, contents as View], onStopped }).catchUp();

      expect(onStopped.mock.calls).toEqual([[keyless, expect.stringContaining('no key')]]);
      expect(await rowsOf(rows)).toEqual({
        contents: { a: { items: ['bag', 'coat', 'bag'], count: 3 } },
        popularity: { bag: { times: 1 } },
      });

      await projectorOver(stores).catchUp();
      await expectTheWholeLogOnce();
    });

    it('stops a view at an event that is unknown to this version, even if the view would not use it', async () => {
      const onStopped = jest.fn();
      await put(events, 'a', 'bag');
      const { position } = await events.append('locker-a', 'any', [newEvent('DoorSlammed')]);
      await put(events, 'a', 'coat');
      const projector = projectorOver(stores, { onStopped });
      await projector.catchUp();

      expect(onStopped.mock.calls.map(([view]: View[]) => view)).toEqual(toyViews);
      expect(onStopped.mock.calls[0]![1]).toContain('DoorSlammed');
      expect(projector.states().every((state) => state.position < position && state.stopped)).toBe(true);
      // The events before it are folded.
      expect(await rowsOf(rows)).toEqual(folded((await readWhole(events)).slice(0, 1)));

      await projectorOver(stores, { known: new Set([...known, 'DoorSlammed']) }).catchUp();
      await expectTheWholeLogOnce();
    });

    it('stops each view at the first unknown event after its checkpoint, and ignores those before it', async () => {
      const slam = () => events.append('locker-a', 'any', [newEvent('DoorSlammed')]);
      await put(events, 'a', 'bag');
      await slam();
      await put(events, 'b', 'coat');
      // Another version knew the event, and took one of the views past it.
      const knowing = new Set([...known, 'DoorSlammed']);
      await projectorOver(stores, { views: [popularity as View], known: knowing }).catchUp();
      await put(events, 'a', 'shoes');
      await slam();
      await put(events, 'b', 'bag');
      await projectorOver(stores).catchUp();

      const log = await readWhole(events);
      expect(await rowsOf(rows)).toEqual({
        contents: folded(log.slice(0, 1))['contents'],
        popularity: folded(log.slice(0, 4))['popularity'],
      });
      await projectorOver(stores, { known: knowing }).catchUp();
      await expectTheWholeLogOnce();
    });
  });

  describe('reached', () => {
    it('is true once the views have reached the position, also past events that they do not use', async () => {
      const projector = await started(projectorOver(stores));
      await put(events, 'a', 'bag');
      const { position } = await events.append('locker-a', 'any', [newEvent('DoorPainted')]);

      expect(await projector.reached(viewNames, position, LONG)).toBe(true);
      await expectTheWholeLogOnce();
    });

    it('is false if they have not in time, and true if only other views have not', async () => {
      const { position } = await put(events, 'a', 'bag');
      const projector = projectorOver(stores);

      expect(await projector.reached(viewNames, position, 0)).toBe(false);
      expect(await projector.reached(viewNames, position, 20)).toBe(false);
      await projectorOver(stores, { views: [popularity as View] }).catchUp();
      expect(await projector.reached(['contents'], position, 20)).toBe(false);
      expect(await projector.reached(['popularity'], position, 20)).toBe(true);
    });

    it('notices what another process projects, and continues from there', async () => {
      const projector = projectorOver(stores);
      await put(events, 'a', 'bag');
      await projector.catchUp();
      const { position } = await put(events, 'a', 'coat');
      const reached = projector.reached(viewNames, position, LONG);
      await projectorOver(stores.connect()).catchUp();
      expect(await reached).toBe(true);

      await put(events, 'a', 'shoes');
      await projector.catchUp();
      await expectTheWholeLogOnce();
    });
  });
});

import { type EventStore, Refusal, rowSetName, START, type View } from '@waymark/core/kernel';
import { projections } from '@waymark/core/projections';
import { newEvent } from '../support/events';
import { Service } from '../support/service';
import { openStores } from '../support/stores';
import { contents, empty, known, popularity, put, refolding, viewNames } from '../support/views';

const LONG = 10_000;
jest.setTimeout(20_000);

describe('Serving', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  beforeEach(() => {
    stores = openStores();
    ({ events } = stores);
  });

  /** A process that only answers queries, next to the projecting ones. */
  const answering = (views?: readonly View[]): Service =>
    new Service(stores.connect(), views ? { views } : {});

  describe('reached', () => {
    it('is true in every process once one of them has projected, including past events that no view uses', async () => {
      const [worker, other] = [await Service.working(stores), answering()];
      const { position } = await events.append('locker-a', 'any', [newEvent('DoorPainted')]);
      const reached = [worker, other].map(({ serving }) => serving.reached(viewNames, position, LONG));

      expect(await Promise.all(reached)).toEqual([true, true]);
      expect(await other.serving.position(viewNames)).toBe(position);
      expect(await other.serving.reached([], position + 1, 0)).toBe(true);
    });

    it('is false if the views do not get that far in time, or none is live yet', async () => {
      const { position } = await put(events, 'a', 'bag');
      const worker = await Service.working(stores);
      expect(await worker.serving.position(viewNames)).toBeUndefined();
      expect(await worker.serving.reached(viewNames, START, 20)).toBe(false);

      for (const views of worker.due) await worker.rebuilder.run(views);
      expect(await worker.serving.reached(viewNames, position, 0)).toBe(true);
      expect(await worker.serving.reached(viewNames, position + 1, 20)).toBe(false);
    });

    it('depends on the slowest of the requested views', async () => {
      const worker = await Service.working(stores);
      await worker.stop();
      const { position } = await put(events, 'a', 'bag');
      const alone = await Service.working(stores.connect(), { views: [popularity as View] });
      await alone.caughtUp();

      expect(await answering().serving.reached(['popularity'], position, LONG)).toBe(true);
      expect(await answering().serving.reached(viewNames, position, 20)).toBe(false);
    });
  });

  it('gives a reader the generations that were live at one time, whenever it reads', async () => {
    const worker = await Service.working(stores);
    await put(events, 'a', 'bag');
    await worker.caughtUp();
    const reader = worker.serving.reader();
    await reader.find(contents); // from now on the reader uses the generations that are live now
    for (const name of viewNames) {
      await worker.rebuilder.plan([name]);
      await worker.rebuilder.run([name]);
    }

    const read = jest.spyOn(stores.rows, 'find');
    const rows = [{ key: 'bag', row: { times: 1 } }];
    expect(await reader.find(popularity)).toEqual(rows);
    expect(await worker.serving.reader().find(popularity)).toEqual(rows);
    expect(read.mock.calls.map(([set]) => rowSetName(set))).toEqual(['popularity@1', 'popularity@1.2']);
  });

  it('refuses a reader as VIEW_REBUILT once two rebuilds have dropped its generation', async () => {
    const worker = await Service.working(stores);
    await put(events, 'a', 'bag');
    await worker.caughtUp();
    const rebuild = async (): Promise<void> => {
      await worker.rebuilder.plan(['popularity']);
      expect(await worker.rebuilder.run(['popularity'])).toBe('live');
    };
    const [reader, another] = [worker.serving.reader(), answering().serving.reader()];
    const rows = [{ key: 'bag', row: { times: 1 } }];
    for (const each of [reader, another]) expect(await each.find(popularity)).toEqual(rows);

    await rebuild(); // the previous generation is kept up to date
    for (const each of [reader, another]) expect(await each.find(popularity)).toEqual(rows);
    await rebuild();
    expect(await stores.rows.names()).not.toContain('popularity@1');
    for (const each of [reader, another]) {
      for (const read of [each.find(popularity), each.load(popularity, ['bag'])]) {
        await expect(read).rejects.toBeInstanceOf(Refusal);
        await expect(read).rejects.toMatchObject({
          ...{ code: 'VIEW_REBUILT', kind: 'unavailable' },
          message: expect.stringMatching(/^The view popularity .*Try again\.$/),
        });
      }
      expect(await each.find(contents)).toHaveLength(1);
    }
    expect(await worker.serving.reader().find(popularity)).toEqual(rows);
  });

  describe('state', () => {
    it('changes when rows have changed, after each switch and for each repaired row, and otherwise stays the same', async () => {
      const refusing = refolding(contents as View, 'ItemStored', (row, event) => {
        if ((event.data as { item: string }).item === 'coat') throw new Error('no coats');
        return contents.on.get('ItemStored')!(row as never, event as never);
      });
      const worker = await Service.working(stores, { views: [refusing, popularity as View] });
      const state = (): Promise<string> => answering().serving.state(viewNames);
      const seen = [await state()];
      const isAnother = async (): Promise<void> => {
        const now = await state();
        expect(seen).not.toContain(now);
        expect(await state()).toBe(now);
        seen.push(now);
      };
      await put(events, 'a', 'coat', 'bag');
      await worker.caughtUp();
      await isAnother();
      await events.append('corridor-1', 'none', [newEvent('DoorPainted')]);
      await worker.caughtUp();
      expect(await state()).toBe(seen.at(-1));

      await worker.stop();
      expect(await answering().parking.retry('contents', 'a')).toEqual([]);
      await isAnother();

      const repaired = await Service.working(stores);
      await repaired.rebuilder.plan(['popularity']);
      await repaired.rebuilder.run(['popularity']);
      await isAnother();
    });

    it('shows that a view has no live generation yet', async () => {
      await put(events, 'a', 'bag');
      expect(await answering().serving.state(viewNames)).toBe('contents,popularity');
    });
  });

  describe('stopped', () => {
    const knowing = new Set([...known, ...projections.folds.keys(), 'DoorSlammed']);

    it('shows all processes why a view stopped, until it continues', async () => {
      const worker = await Service.working(stores);
      const other = answering();
      expect([...(await other.serving.stopped(viewNames))]).toEqual([]);
      await put(events, 'a', 'bag');
      await events.append('locker-a', 'any', [newEvent('DoorSlammed')]);
      await worker.caughtUp();
      await worker.caughtUp();

      const why = 'event DoorSlammed is not known to this version';
      expect([...(await other.serving.stopped(viewNames))]).toEqual(viewNames.map((name) => [name, why]));
      expect(await other.serving.waitable()).toEqual([]);
      const { stopped } = await other.catalog.record('contents');
      expect(stopped).toEqual({ 'contents@1': { reason: why, position: 1 } });
      expect(worker.faults).toContain(`view contents@1: ${why}`);
      expect(await other.rows()).toMatchObject({ popularity: { bag: { times: 1 } } });

      await worker.stop();
      const next = await Service.working(stores, { known: knowing });
      await next.caughtUp();
      expect([...(await other.serving.stopped(viewNames))]).toEqual([]);
      expect(await other.serving.waitable()).toEqual(viewNames);
    });

    it('is recorded eventually even if recording it failed at first', async () => {
      const rows = Object.create(stores.rows, {
        control: { value: Object.create(stores.rows.control) as typeof stores.rows.control },
      }) as typeof stores.rows;
      let failures = 0;
      rows.control.put = (...args) =>
        args[0] === 'view/contents' && JSON.stringify(args[2]).includes('DoorSlammed') && failures++ === 0
          ? Promise.reject(new Error('no answer'))
          : stores.rows.control.put(...args);
      const worker = await Service.working({ events, rows });
      await events.append('locker-a', 'any', [newEvent('DoorSlammed')]);
      await worker.upkeep.projector.catchUp();
      await worker.upkeep.changed();

      expect(failures).toBeGreaterThan(1);
      expect((await answering().serving.stopped(viewNames)).has('contents')).toBe(true);
      expect(worker.faults).toContain('views: Error: no answer');
    });
  });

  it('does not wait for a view that cannot be built or whose first build is paused', async () => {
    await put(events, 'a', 'bag');
    await empty(events, 'a');
    const worker = await Service.working(stores);
    expect(await worker.serving.waitable()).toEqual(viewNames);
    await worker.rebuilder.pause(['contents']);
    expect(await worker.serving.waitable()).toEqual(['popularity']);

    const strange = new Service(stores.connect(), { known: new Set(['ItemStored']) });
    await expect(strange.rebuilder.run(['popularity'])).rejects.toThrow('LockerEmptied');
    expect(await worker.serving.waitable()).toEqual([]);
  });
});

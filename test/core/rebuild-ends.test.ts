import { type EventStore, Refusal, type View } from '@waymark/core/kernel';
import { ownerEpoch, type Rebuilder, type RebuildProgress, Unfoldable } from '@waymark/core/projections';
import { newEvent } from '../support/events';
import { Rebuilding } from '../support/rebuilding';
import { Service } from '../support/service';
import { contents, popularity, put, refolding, viewNames } from '../support/views';

jest.setTimeout(30_000);

/** A promise that can be resolved from outside. */
function awaited<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

describe('a rebuild', () => {
  let its: Rebuilding;
  let { stores, events, service }: Pick<Rebuilding, 'stores' | 'events' | 'service'> = {} as Rebuilding;
  beforeEach(async () => {
    its = await Rebuilding.begun();
    ({ stores, events, service } = its);
  });
  const rowSets = () => stores.rows.names();

  describe('stops', () => {
    it('when it is paused, and continues from there', async () => {
      await service.rebuilder.plan(['contents']);
      const pausing = { onProgress: () => service.rebuilder.pause(['contents']) };
      expect(await service.rebuilder.run(['contents'], pausing)).toBe('paused');
      expect(await service.rebuilder.run(['contents'])).toBe('paused');
      expect((await its.record()).building).toMatchObject({ state: 'building', paused: true });
      expect(await stores.rows.checkpoint({ ...contents, generation: 2 })).toBe(await its.place(4));
      await put(events, 'a', 'late');

      await service.rebuilder.resume(['contents']);
      const said: RebuildProgress[] = [];
      const onProgress = (progress: RebuildProgress): void => void said.push(progress);
      expect(await service.rebuilder.run(['contents'], { onProgress })).toBe('live');
      expect(said[0]!.position).toBe(await its.place(8));
      expect(said.findLast(({ state }) => state === 'building')).toMatchObject({ events: 6 });
      await its.expectTheWholeLogOnce();
    });

    it('for good when it is cancelled, and leaves nothing behind', async () => {
      await service.rebuilder.plan(['contents']);
      const cancelling = { onProgress: () => service.rebuilder.cancel(['contents']) };
      expect(await service.rebuilder.run(['contents'], cancelling)).toBe('cancelled');
      expect(await service.rebuilder.run(['contents'])).toBe('cancelled');

      expect(await its.record()).toEqual({
        built: { 1: 2 },
        serving: { version: 1, generation: 1 },
        stopped: {},
      });
      expect(await rowSets()).toEqual(['contents@1', 'policies@1', 'popularity@1']);
      await its.build(['contents']);
      expect((await its.record()).serving).toEqual({ version: 1, generation: 3 });
      await its.expectTheWholeLogOnce();
    });

    it.each(['pause', 'cancel'] as const)(
      'on its own: to %s one view lets the others continue',
      async (act) => {
        await service.rebuilder.plan(viewNames);
        const onProgress = () => service.rebuilder[act](['contents']);
        await service.rebuilder.run(viewNames, { onProgress });

        expect((await its.record()).serving).toEqual({ version: 1, generation: 1 });
        expect((await its.record('popularity')).serving).toEqual({ version: 1, generation: 2 });
        await its.expectTheWholeLogOnce();
      },
    );

    it('if another process takes over the build', async () => {
      await service.rebuilder.plan(viewNames);
      const { rows, events: log } = stores.connect();
      const first = awaited<string>();
      // The other process reads the log, and the first notices before the other has written anything.
      const reading = Object.create(log, {
        readAll: {
          value: async (...args: Parameters<EventStore['readAll']>) => {
            if (!args[2]) await first.promise;
            return log.readAll(...args);
          },
        },
      }) as EventStore;
      const other = new Service({ rows, events: reading }, { tells: service });
      let others: Promise<string> | undefined;
      const onProgress = async (): Promise<void> => {
        others ??= other.rebuilder.run(['contents']);
        while ((await ownerEpoch(rows.control, 'contents@1.2')) < 2) await new Promise(setImmediate);
      };
      first.resolve(await service.rebuilder.run(viewNames, { onProgress }));

      expect(await first.promise).toBe('building');
      expect(await others).toBe('live');
      expect((await its.record()).serving).toEqual({ version: 1, generation: 2 });
      expect((await its.record('popularity')).serving).toEqual({ version: 1, generation: 2 });
      await its.expectTheWholeLogOnce();
    });
  });

  describe('if an event cannot be folded', () => {
    const refusing = refolding(contents as View, 'ItemStored', (row, event) => {
      if ((event.data as { item: string }).item === 'scarf') throw new Error('no scarfs');
      return contents.on.get('ItemStored')!(row as never, event as never);
    });
    const strict = (): Rebuilder => new Service(stores, { views: [refusing, popularity as View] }).rebuilder;

    it('fails with a reason, and leaves the live generation unchanged; the other views go live', async () => {
      await service.rebuilder.plan(viewNames);
      const before = await service.rows();
      const failing = strict().run(viewNames);
      await expect(failing).rejects.toThrow(Unfoldable);
      const where = String(await its.place(6));
      await expect(failing).rejects.toThrow(
        `contents: event ItemStored at position ${where} cannot be folded: no scarfs`,
      );

      expect(await its.record()).toMatchObject({
        serving: { version: 1, generation: 1 },
        building: { state: 'building', failed: expect.stringContaining('no scarfs') as string },
      });
      expect((await its.record('popularity')).serving).toEqual({ version: 1, generation: 2 });
      expect(await service.rows()).toEqual(before);
    });

    it('continues from there after the fix', async () => {
      await service.rebuilder.plan(['contents']);
      await expect(strict().run(['contents'])).rejects.toThrow('no scarfs');
      expect(await stores.rows.checkpoint({ ...contents, generation: 2 })).toBe(await its.place(5));

      expect(await service.rebuilder.run(['contents'])).toBe('live');
      await its.expectTheWholeLogOnce();
    });

    it('also fails if that happens while it catches up, instead of waiting forever', async () => {
      await service.rebuilder.plan(['contents']);
      const slam = async ({ state }: RebuildProgress): Promise<void> => {
        if (state === 'building') await events.append('locker-a', 'any', [newEvent('DoorSlammed')]);
        else await service.caughtUp();
      };
      const once = new Service(stores, { folding: { page: 100 } }).rebuilder;
      // The projecting processes stop at it, and so does the new generation.
      await expect(once.run(['contents'], { onProgress: slam })).rejects.toThrow('DoorSlammed');
      expect((await its.record()).building?.failed).toContain('DoorSlammed');
    });
  });

  it('is refused for an unknown view, and a generation that is not verified cannot be switched to', async () => {
    await expect(service.rebuilder.plan(['unheard-of'])).rejects.toMatchObject({ code: 'UNKNOWN_VIEW' });
    await service.rebuilder.plan(['contents']);
    await expect(service.rebuilder.switch('contents')).rejects.toThrow(Refusal);
    expect((await its.record()).serving).toEqual({ version: 1, generation: 1 });
  });
});

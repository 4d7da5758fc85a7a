import { CheckpointMoved, Fenced, START } from '@waymark/core/kernel';
import { range } from '../../support/events';
import { fresh, type Given, kept, LOCKERS, NEXT, OTHER, stateOf, unwritable, write } from './given';

export function commitCases({ store, second }: Given): void {
  describe('commit', () => {
    it('starts a view before the log, and moves rows and checkpoint together', async () => {
      expect(await stateOf(store(), LOCKERS)).toEqual({ at: START, rows: {} });

      await write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } });
      await write(store(), LOCKERS, [7, 2 ** 40], { 2: { hall: 'south' } });

      expect(await stateOf(store(), LOCKERS)).toEqual({
        at: 2 ** 40,
        rows: { 1: { hall: 'north' }, 2: { hall: 'south' } },
      });
    });

    it('stores with each row the position that it reflects', async () => {
      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 }, 2: { n: 1 } });
      await write(store(), LOCKERS, [7, 2 ** 40], { 2: { n: 2 } });

      expect(await store().load(LOCKERS, ['1', '2'])).toEqual(
        new Map([
          ['1', { row: { n: 1 }, position: 7 }],
          ['2', { row: { n: 2 }, position: 2 ** 40 }],
        ]),
      );
    });

    it('advances past events that change no row', async () => {
      await write(store(), LOCKERS, [START, 7], {});

      expect(await store().checkpoint(LOCKERS)).toBe(7);
    });

    it('writes rows in place if the checkpoint stays', async () => {
      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 } });
      await write(store(), LOCKERS, [7, 7], { 1: { n: 2 }, 2: { n: 2 } });

      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { 1: { n: 2 }, 2: { n: 2 } } });
      expect(await kept(store(), '1')).toEqual({ row: { n: 2 }, position: 7 });
      await expect(write(store(), LOCKERS, [6, 6], { 1: { n: 3 } })).rejects.toThrow(CheckpointMoved);
      expect(await kept(store(), '1')).toEqual({ row: { n: 2 }, position: 7 });
    });

    it.each([START, 6, 8])('writes nothing from %d if the view is at 7, and throws', async (from) => {
      await write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } });

      const error: unknown = await write(store(), LOCKERS, [from, 9], {
        1: null,
        2: { hall: 'south' },
      }).catch((e: unknown) => e);

      expect(error).toBeInstanceOf(CheckpointMoved);
      expect(error).toMatchObject({ view: 'lockers', expected: from, actual: 7 });
      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { 1: { hall: 'north' } } });
      await expect(write(store(), LOCKERS, [from, 9], {})).rejects.toThrow(CheckpointMoved);
      expect(await store().checkpoint(LOCKERS)).toBe(7);
    });

    it('also writes nothing of a large batch from another position or of an earlier owner', async () => {
      await write(store(), LOCKERS, [START, 7], { old: { n: 7 } });
      const others = Object.fromEntries(range(1_000).map((n) => [`row-${String(n)}`, { n: 9 }]));
      await expect(write(store(), LOCKERS, [6, 9], others)).rejects.toThrow(CheckpointMoved);
      await store().fence(LOCKERS, 1);
      await expect(write(store(), LOCKERS, [7, 9], others)).rejects.toThrow(Fenced);

      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { old: { n: 7 } } });
    });

    it('writes nothing if one of the rows cannot be written', async () => {
      await write(store(), LOCKERS, [START, 3], { 3: { hall: 'west' } });
      const rows = { 1: { hall: 'north' }, 2: unwritable(), 3: { hall: 'east' } };

      await expect(write(store(), LOCKERS, [3, 7], rows)).rejects.toThrow();

      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 3, rows: { 3: { hall: 'west' } } });
    });

    it('does not let a refused batch affect concurrent commits of other views', async () => {
      await store().prepare(OTHER);
      await store().prepare(NEXT);
      const outcomes = await Promise.allSettled([
        write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } }),
        write(store(), OTHER, [START, 7], { 1: unwritable() }),
        write(store(), OTHER, [5, 7], { 2: { hall: 'south' } }),
        write(store(), NEXT, [START, 8], { 1: { hall: 'west' } }),
      ]);

      const statuses = outcomes.map(({ status }) => status);
      expect(statuses).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(await Promise.all([LOCKERS, OTHER, NEXT].map((view) => stateOf(store(), view)))).toEqual([
        { at: 7, rows: { 1: { hall: 'north' } } },
        { at: START, rows: {} },
        { at: 8, rows: { 1: { hall: 'west' } } },
      ]);
    });

    it('deletes with null, harmlessly for a missing row, and can write the row again', async () => {
      await write(store(), LOCKERS, [START, 1], { 1: { hall: 'north', left: true } });
      await write(store(), LOCKERS, [1, 2], { 1: null, 'never-there': null });
      expect(await kept(store(), '1')).toBeUndefined();
      expect(await store().find(LOCKERS)).toEqual([]);
      expect(await store().find(LOCKERS, { where: { hall: 'north' } })).toEqual([]);

      await write(store(), LOCKERS, [2, 3], { 1: { hall: 'south' }, 'never-there': { hall: 'west' } });
      expect(await stateOf(store(), LOCKERS)).toEqual({
        at: 3,
        rows: { 1: { hall: 'south' }, 'never-there': { hall: 'west' } },
      });
      expect(await kept(store(), '1')).toEqual({ row: { hall: 'south' }, position: 3 });
    });

    it('replaces a row completely: removed fields are gone', async () => {
      await write(store(), LOCKERS, [START, 1], { 1: { hall: 'north', state: 'open' } });
      await write(store(), LOCKERS, [1, 2], { 1: { state: 'shut' } });

      expect(await kept(store(), '1')).toEqual({ row: { state: 'shut' }, position: 2 });
      expect(await store().find(LOCKERS, { where: { hall: 'north' } })).toEqual([]);
    });
  });

  describe('a row that has changed since it was loaded', () => {
    const refused = async (changes: Parameters<typeof fresh>[0], loaded?: number): Promise<void> => {
      const guarded = new Map([...fresh(changes)].map(([key, change]) => [key, { ...change, loaded }]));
      await expect(
        store().commit(LOCKERS, { from: 7, to: 9, epoch: 0, changes: guarded }),
      ).rejects.toMatchObject({ name: 'CheckpointMoved', view: 'lockers', expected: 7, actual: 7 });
      expect(await store().checkpoint(LOCKERS)).toBe(7);
    };

    beforeEach(async () => {
      await write(store(), LOCKERS, [START, 3], { old: { n: 3 }, gone: { n: 3 } });
      await write(store(), LOCKERS, [3, 7], { old: { n: 7 }, gone: null });
    });

    it.each([
      ['written since', 'old', 3],
      ['written since, although it did not exist', 'old', undefined],
      ['never existed, although it was loaded', 'never-there', 3],
      ['deleted since', 'gone', 3],
    ])('stays unchanged, as does the checkpoint: %s', async (_, key, loaded) => {
      const before = await kept(store(), key);

      await refused({ [key]: { n: 9 } }, loaded);
      expect(await kept(store(), key)).toEqual(before);
      await refused({ [key]: null }, loaded);
      expect(await kept(store(), key)).toEqual(before);
    });

    it.each([1, 1_000])(
      'leaves the %d other rows as they were or as the batch makes them, and the batch can be repeated',
      async (count) => {
        const others = Object.fromEntries(range(count).map((n) => [`row-${String(n)}`, { n: 9 }]));
        const changes = fresh(others).set('old', { row: { n: 9 }, loaded: 3 });
        await expect(store().commit(LOCKERS, { from: 7, to: 9, epoch: 0, changes })).rejects.toThrow(
          CheckpointMoved,
        );

        expect(await store().checkpoint(LOCKERS)).toBe(7);
        expect(await kept(store(), 'old')).toEqual({ row: { n: 7 }, position: 7 });
        for (const stored of (await store().load(LOCKERS, Object.keys(others))).values()) {
          expect(stored).toEqual({ row: { n: 9 }, position: 9 });
        }
        await write(store(), LOCKERS, [7, 9], { old: { n: 9 }, ...others });
        expect(await stateOf(store(), LOCKERS)).toEqual({ at: 9, rows: { old: { n: 9 }, ...others } });
      },
    );
  });

  describe('two connections', () => {
    it('compete for batches: exactly one writes each, with its rows', async () => {
      const stores = [store(), await second()];
      await Promise.all(stores.map((each) => each.prepare(LOCKERS)));
      const winners: string[] = [];
      for (const at of range(40)) {
        const outcomes = await Promise.allSettled(
          stores.map((each, by) =>
            each.commit(LOCKERS, {
              from: at - 1,
              to: at,
              epoch: 0,
              changes: fresh({ [`row-${String(at)}`]: { by: String(by) } }),
            }),
          ),
        );
        const won = outcomes.flatMap(({ status }, by) => (status === 'fulfilled' ? [String(by)] : []));
        const lost = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
        );
        expect(won).toHaveLength(1);
        expect(lost).toEqual([expect.any(CheckpointMoved)]);
        winners.push(won[0]!);
      }

      const { at, rows } = await stateOf(store(), LOCKERS);
      expect(at).toBe(39);
      expect(rows).toEqual(Object.fromEntries(winners.map((by, n) => [`row-${String(n)}`, { by }])));
    });
  });
}

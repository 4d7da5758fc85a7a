import { type RowChange, START } from '@waymark/core/kernel';
import { AGAIN, type Given, kept, LOCKERS, parkedAt, write } from './given';

export function parkedCases({ store, reopen }: Given): void {
  const commit = (from: number, to: number, changes: Record<string, RowChange>) =>
    store().commit(LOCKERS, { from, to, epoch: 0, changes: new Map(Object.entries(changes)) });

  describe('parked rows', () => {
    beforeEach(async () => {
      await write(store(), LOCKERS, [START, 3], { a: { hall: 'north', n: 1 }, b: { hall: 'north', n: 1 } });
      await commit(3, 7, {
        b: { row: { hall: 'north', n: 1 }, parked: parkedAt(5), loaded: 3 },
        // The very first event of a row may fail.
        B: { row: null, parked: parkedAt(6), loaded: undefined },
      });
    });

    it('are listed ordered by key', async () => {
      expect(await store().parked(LOCKERS)).toEqual([
        { key: 'B', parked: parkedAt(6) },
        { key: 'b', parked: parkedAt(5) },
      ]);
      await store().prepare(AGAIN);
      expect(await store().parked(AGAIN)).toEqual([]);
    });

    it('are loaded with the event they are parked at', async () => {
      expect(await store().load(LOCKERS, ['a', 'b', 'B'])).toEqual(
        new Map([
          ['a', { row: { hall: 'north', n: 1 }, position: 3 }],
          ['b', { row: { hall: 'north', n: 1 }, position: 7, parked: parkedAt(5) }],
          ['B', { row: null, position: 7, parked: parkedAt(6) }],
        ]),
      );
    });

    it('are found as they were before; not at all if they did not exist', async () => {
      const found = ['a', 'b'].map((key) => ({ key, row: { hall: 'north', n: 1 } }));

      expect(await store().find(LOCKERS)).toEqual(found);
      expect(await store().find(LOCKERS, { where: { hall: 'north' } })).toEqual(found);
      expect((await store().size(LOCKERS)).rows).toBe(2);
    });

    it('stay parked when they are written again with more waiting events', async () => {
      await commit(7, 9, {
        a: { row: { n: 2 }, loaded: 3 },
        b: { row: { hall: 'north', n: 1 }, parked: parkedAt(5, 3), loaded: 7 },
        B: { row: null, parked: parkedAt(6, 1), loaded: 7 },
      });

      expect(await store().parked(LOCKERS)).toEqual([
        { key: 'B', parked: parkedAt(6, 1) },
        { key: 'b', parked: parkedAt(5, 3) },
      ]);
      expect(await kept(store(), 'B')).toEqual({ row: null, position: 9, parked: parkedAt(6, 1) });
    });

    it('are released without moving the checkpoint', async () => {
      await commit(7, 7, {
        b: { row: { hall: 'south', n: 2 }, loaded: 7 },
        B: { row: { hall: 'south', n: 1 }, loaded: 7 },
      });

      expect(await store().parked(LOCKERS)).toEqual([]);
      expect(await kept(store(), 'b')).toEqual({ row: { hall: 'south', n: 2 }, position: 7 });
      expect(await store().find(LOCKERS, { where: { hall: 'south' } })).toHaveLength(2);
      expect(await store().checkpoint(LOCKERS)).toBe(7);
    });

    it('are deleted like others once they are released', async () => {
      await commit(7, 7, { b: { row: null, loaded: 7 }, B: { row: null, loaded: 7 } });

      expect(await store().parked(LOCKERS)).toEqual([]);
      expect(await kept(store(), 'b')).toBeUndefined();
      expect(await kept(store(), 'B')).toBeUndefined();
    });

    it('are not released by a writer that loaded them before they were parked', async () => {
      await expect(commit(7, 7, { b: { row: { n: 2 }, loaded: 3 } })).rejects.toThrow(/moved/);
      await expect(commit(7, 7, { B: { row: { n: 2 }, loaded: undefined } })).rejects.toThrow(/moved/);

      expect(await store().parked(LOCKERS)).toHaveLength(2);
    });

    it('exist when the store is reopened', async () => {
      const again = await reopen();

      expect((await again.parked(LOCKERS)).map(({ key }) => key)).toEqual(['B', 'b']);
    });
  });
}

import { type RowSet, RowsGone, START } from '@waymark/core/kernel';
import { range } from '../../support/events';
import { AGAIN, fresh, type Given, LOCKERS, NEXT, OTHER, stateOf, write } from './given';

export function viewCases({ store, second, reopen }: Given): void {
  const gone = async (work: Promise<unknown>, rows: string): Promise<void> => {
    await expect(work).rejects.toBeInstanceOf(RowsGone);
    await expect(work).rejects.toMatchObject({ rows });
  };

  describe('views', () => {
    it('are separate: versions, generations, and names with the same prefix', async () => {
      const views = [LOCKERS, NEXT, AGAIN, OTHER];
      for (const [at, view] of views.entries()) {
        await store().prepare(view);
        await write(store(), view, [START, at + 10], { 1: { at } });
      }
      await store().drop(NEXT);

      expect(await Promise.all([LOCKERS, AGAIN, OTHER].map((view) => stateOf(store(), view)))).toEqual([
        { at: 10, rows: { 1: { at: 0 } } },
        { at: 12, rows: { 1: { at: 2 } } },
        { at: 13, rows: { 1: { at: 3 } } },
      ]);
    });

    it('are listed by name, in order, from being prepared until being dropped', async () => {
      for (const view of [OTHER, NEXT, AGAIN, { ...NEXT, generation: 10 }]) await store().prepare(view);
      expect(await store().names()).toEqual([
        'lockers-by-hall@1',
        'lockers@1',
        'lockers@1.2',
        'lockers@2',
        'lockers@2.10',
      ]);

      await store().drop(NEXT);
      await store().drop(LOCKERS);
      expect(await store().names()).toEqual(['lockers-by-hall@1', 'lockers@1.2', 'lockers@2.10']);
    });

    it('may have names with any characters', async () => {
      const odd = { ...LOCKERS, name: `O'Hall "é" $a%_.b/` };
      await store().prepare(odd);
      await write(store(), odd, [START, 1], { 1: { hall: 'north' } });

      expect(await store().find(odd, { where: { hall: 'north' } })).toHaveLength(1);
      expect(await store().names()).toContain(`O'Hall "é" $a%_.b/@1`);
    });

    it('are unchanged when they are prepared again', async () => {
      await write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } });
      await store().prepare(LOCKERS);
      await store().prepare(LOCKERS, 'later');
      await (await second()).prepare(LOCKERS);

      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { 1: { hall: 'north' } } });
      expect(await store().find(LOCKERS, { where: { hall: 'north' } })).toHaveLength(1);
    });

    it('may be prepared concurrently', async () => {
      const stores = [store(), await second(), store(), await second()];
      await Promise.all(stores.map((each, n) => each.prepare(NEXT, n % 2 === 0 ? 'now' : 'later')));
      await Promise.all(stores.map((each) => each.index(NEXT)));

      await write(store(), NEXT, [START, 7], { 1: { hall: 'north' } });
      expect(await stateOf(store(), NEXT)).toEqual({ at: 7, rows: { 1: { hall: 'north' } } });
    });

    it('can be filled before they have indexes, which are created afterwards', async () => {
      await store().prepare(NEXT, 'later');
      await write(store(), NEXT, [START, 7], { 1: { hall: 'north' }, 2: { hall: 'south' } });
      expect(await store().load(NEXT, ['2'])).toEqual(
        new Map([['2', { row: { hall: 'south' }, position: 7 }]]),
      );
      expect(await store().find(NEXT)).toHaveLength(2);
      expect(await store().parked(NEXT)).toEqual([]);

      await store().index(NEXT);
      await store().index(NEXT); // the indexes exist: nothing to do
      await write(store(), NEXT, [7, 8], { 3: { hall: 'south' } });
      expect((await store().find(NEXT, { where: { hall: 'south' } })).map(({ key }) => key)).toEqual([
        '2',
        '3',
      ]);
    });

    it('can be written only after they are prepared', async () => {
      const changes = fresh({ 1: { hall: 'north' } });
      await gone(store().commit(NEXT, { from: START, to: 7, epoch: 0, changes }), 'lockers@2');
      await gone(store().commit(NEXT, { from: START, to: 7, epoch: 0, changes: new Map() }), 'lockers@2');
      await gone(store().fence(NEXT, 1), 'lockers@2');

      await store().prepare(NEXT);
      expect(await stateOf(store(), NEXT)).toEqual({ at: START, rows: {} });
    });

    it('are deleted when dropped, and can then be rebuilt on every connection', async () => {
      const other = await second();
      await other.prepare(LOCKERS);
      await write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } });
      await other.drop(LOCKERS);
      await other.drop(NEXT); // never prepared: nothing to delete
      const changes = fresh({ 1: { hall: 'south' } });
      await gone(store().commit(LOCKERS, { from: 7, to: 8, epoch: 0, changes }), 'lockers@1');
      await gone(store().fence(LOCKERS, 1), 'lockers@1');

      await store().prepare(LOCKERS);
      expect(await stateOf(store(), LOCKERS)).toEqual({ at: START, rows: {} });
      await write(store(), LOCKERS, [START, 3], { 2: { hall: 'south' } });
      expect(await other.find(LOCKERS, { where: { hall: 'south' } })).toEqual([
        { key: '2', row: { hall: 'south' } },
      ]);
    });

    it('cannot be read before they are prepared or after they are dropped, which differs from being empty', async () => {
      const rows = Object.fromEntries(range(300).map((n) => [`locker-${String(n)}`, { hall: 'north' }]));
      await write(store(), LOCKERS, [START, 7], rows);
      const other = await second();
      const reads = [store(), other].flatMap((each) => [
        (view: RowSet) => each.load(view, ['locker-1']),
        (view: RowSet) => each.load(view, Object.keys(rows)),
        (view: RowSet) => each.find(view),
        (view: RowSet) => each.find(view, { where: { hall: 'north' } }),
        (view: RowSet) => each.find(view, { where: { hall: 'south' }, after: 'locker-9', limit: 1 }),
      ]);
      for (const read of reads) {
        await gone(read(AGAIN), 'lockers@1.2');
        await read(LOCKERS);
      }

      await other.drop(LOCKERS);
      for (const read of reads) await gone(read(LOCKERS), 'lockers@1');
    });

    it('have nothing parked, no size, no checkpoint and no revision if they do not exist', async () => {
      const other = await second();
      await write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } });
      const said = async (): Promise<unknown[]> => [
        await store().parked(LOCKERS),
        await store().size(LOCKERS),
        await store().checkpoint(LOCKERS),
        await store().revision(LOCKERS),
      ];
      expect(await said()).toMatchObject([[], { rows: 1 }, 7, 1]);

      await other.drop(LOCKERS);
      expect(await said()).toEqual([[], { rows: 0, bytes: 0 }, START, 0]);
    });

    it('report their missing indexes', async () => {
      expect(await store().missingIndexes(NEXT)).toEqual(['hall', 'state']);
      await store().prepare(NEXT, 'later');
      expect(await store().missingIndexes(NEXT)).toEqual(['hall', 'state']);
      await store().prepare({ ...NEXT, indexes: ['state'] });
      expect(await store().missingIndexes(NEXT)).toEqual(['hall']);
      // Another view's indexes do not count.
      expect(await store().missingIndexes(LOCKERS)).toEqual([]);

      await store().prepare(NEXT);
      expect(await store().missingIndexes(NEXT)).toEqual([]);
      await store().drop(NEXT);
      expect(await store().missingIndexes(NEXT)).toEqual(['hall', 'state']);
    });

    it('have a revision that increases with each batch that changes rows or finds them ahead, and with no other batch', async () => {
      const seen = [await store().revision(LOCKERS)];
      expect(seen).toEqual([0]);
      const goesUp = async (work: Promise<unknown>, expected: boolean): Promise<void> => {
        await work;
        const now = await store().revision(LOCKERS);
        expect(now > seen.at(-1)!).toBe(expected);
        seen.push(now);
      };
      const past = (from: number, to: number, ahead: boolean): Promise<void> =>
        store().commit(LOCKERS, { from, to, epoch: 0, changes: new Map(), ahead });

      await goesUp(write(store(), LOCKERS, [START, 7], { 1: { n: 1 } }), true);
      await goesUp(past(7, 8, false), false);
      await goesUp(write(store(), LOCKERS, [8, 8], { 1: { n: 2 } }), true);
      await goesUp(past(8, 9, true), true);
      await goesUp(write(store(), LOCKERS, [9, 10], { 1: null }), true);
      await goesUp(store().fence(LOCKERS, 1), false);
      await goesUp(store().prepare(LOCKERS), false);
      await goesUp(
        write(
          await second(),
          LOCKERS,
          [10, 11],
          Object.fromEntries(range(500).map((n) => [`k${String(n)}`, { n }])),
          1,
        ),
        true,
      );
      const refused = write(store(), LOCKERS, [10, 12], { 2: { n: 1 } }, 1).catch(() => undefined);
      await goesUp(refused, false);
      expect(await (await reopen()).revision(LOCKERS)).toBe(seen.at(-1));
    });

    it('have their rows and checkpoint after the store was reopened', async () => {
      await write(store(), LOCKERS, [START, 7], { 1: { hall: 'north' } });
      const again = await reopen();

      expect(await again.names()).toEqual(['lockers@1']);
      await again.prepare(LOCKERS);
      expect(await stateOf(again, LOCKERS)).toEqual({ at: 7, rows: { 1: { hall: 'north' } } });
      expect(await again.find(LOCKERS, { where: { hall: 'north' } })).toHaveLength(1);
    });

    it('have a size: the number of rows and their approximate bytes', async () => {
      expect((await store().size(LOCKERS)).rows).toBe(0);
      const rows = range(200).map((n) => [`locker-${String(n)}`, { text: 'x'.repeat(1_000) }] as const);
      await write(store(), LOCKERS, [START, 1], Object.fromEntries(rows));

      const { rows: count, bytes } = await store().size(LOCKERS);
      expect(count).toBe(200);
      expect(bytes).toBeGreaterThan(200_000);
      expect(bytes).toBeLessThan(800_000);
      await write(store(), LOCKERS, [1, 2], { 'locker-7': null });
      expect((await store().size(LOCKERS)).rows).toBe(199);
    });
  });
}

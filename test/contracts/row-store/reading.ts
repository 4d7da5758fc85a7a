import { type FindRows, START } from '@waymark/core/kernel';
import { range } from '../../support/events';
import { type Given, kept, LOCKERS, write } from './given';

export function readingCases({ store }: Given): void {
  const keys = async (query?: FindRows): Promise<string[]> =>
    (await store().find(LOCKERS, query)).map(({ key }) => key);

  describe('reading', () => {
    it('returns exactly what was written', async () => {
      const key = `O'Brien "🧭" %_ \\ $.a`;
      const row = {
        text: `née Zoë \n\u0000 \u2028 🧭`,
        nested: { list: [1, -0.5, 1e21, 2 ** 31, 2 ** 53, true, null, [], {}] },
        names: { '': 1, 'a.b$': { '$set.x': 2 }, $inc: 3, z: 4, a: { z: 1, b: 2 } },
        large: 'ŵ€'.repeat(50_000),
      };
      await write(store(), LOCKERS, [START, 1], { [key]: row });

      const stored = await kept(store(), key);
      expect(stored).toEqual({ row, position: 1 });
      expect(JSON.stringify(stored!.row)).toBe(JSON.stringify(row)); // also in the same order
      expect(await store().find(LOCKERS)).toEqual([{ key, row }]);
    });

    it('omits undefined fields', async () => {
      await write(store(), LOCKERS, [START, 1], { 1: { hall: undefined, inner: { a: undefined, b: 1 } } });

      expect((await kept(store(), '1'))!.row).toStrictEqual({ inner: { b: 1 } });
      expect(await store().find(LOCKERS)).toStrictEqual([{ key: '1', row: { inner: { b: 1 } } }]);
    });

    it('loads existing rows, however many keys are requested, without the missing ones', async () => {
      const all = range(2_500).map((n) => `locker-${String(n)}`);
      await write(store(), LOCKERS, [START, 1], Object.fromEntries(all.map((key) => [key, { key }])));

      const loaded = await store().load(LOCKERS, [...all, 'missing']);
      expect(loaded.size).toBe(2_500);
      for (const key of all) expect(loaded.get(key)).toEqual({ row: { key }, position: 1 });
      expect([...(await store().load(LOCKERS, ['locker-9', 'missing', 'locker-1'])).keys()].sort()).toEqual([
        'locker-1',
        'locker-9',
      ]);
      expect(await store().load(LOCKERS, [])).toEqual(new Map());
    });

    it('finds rows ordered bytewise by key, in pages', async () => {
      const sorted = ['10', '2', 'B', 'Z', 'a', 'b', 'é', '€'];
      await write(
        store(),
        LOCKERS,
        [START, 1],
        Object.fromEntries(sorted.toReversed().map((key) => [key, { key }])),
      );

      expect(await keys()).toEqual(sorted);
      for (const limit of [1, 3, 8, 100]) {
        const paged: string[] = [];
        for (;;) {
          const page = await keys({ limit, ...(paged.length > 0 ? { after: paged.at(-1)! } : {}) });
          expect(page.length).toBeLessThanOrEqual(limit);
          if (page.length === 0) break;
          paged.push(...page);
        }
        expect(paged).toEqual(sorted);
      }
      expect(await keys({ after: 'Y' })).toEqual(['Z', 'a', 'b', 'é', '€']);
      expect(await keys({ limit: 0 })).toEqual([]);
    });

    it('finds rows by declared indexes; all conditions must hold', async () => {
      const rows = range(12).map((n): [string, object] => [
        `locker-${String(n).padStart(2, '0')}`,
        { hall: `O'Hall ${String(n % 2)}`, state: ['open', 'shut', 'lost'][n % 3] },
      ]);
      await write(store(), LOCKERS, [START, 1], Object.fromEntries(rows));

      expect(await keys({ where: { hall: "O'Hall 1", state: 'open' } })).toEqual(['locker-03', 'locker-09']);
      expect(await keys({ where: { state: 'open', hall: "O'Hall 1" } })).toEqual(['locker-03', 'locker-09']);
      expect(await keys({ where: { state: 'shut' }, after: 'locker-01', limit: 2 })).toEqual([
        'locker-04',
        'locker-07',
      ]);
      expect(await keys({ where: { state: 'none of these' } })).toEqual([]);
    });

    it('refuses to search by a field without a declared index', async () => {
      await expect(store().find(LOCKERS, { where: { hall: 'north', owner: 'me' } })).rejects.toThrow(
        /index.*owner/,
      );
    });
  });
}

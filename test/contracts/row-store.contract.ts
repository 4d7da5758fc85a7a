import { CheckpointMoved, START, type FindRows, type RowSet, type RowStore } from '@waymark/kernel';
import { range } from '../support/events';

export interface OpenedRowStore {
  readonly store: RowStore;
  /** Close the store and open the same rows again. */
  reopen(): Promise<RowStore>;
  /** Another connection to the same rows, as another process would have; left out where there can be none. */
  second?(): Promise<RowStore>;
  close(): Promise<void>;
}

const LOCKERS: RowSet = { name: 'lockers', version: 1, indexes: ['hall', 'state'] };
const NEXT: RowSet = { ...LOCKERS, version: 2 };
const OTHER: RowSet = { ...LOCKERS, name: 'lockers-by-hall' };

/** What every row store must do, whatever it keeps its rows in. */
export function rowStoreContract(name: string, open: () => Promise<OpenedRowStore>): void {
  describe(`${name} as a row store`, () => {
    let opened: OpenedRowStore;
    let store: RowStore;
    // A store that lives in one process is held to the same with a single connection.
    const second = async (): Promise<RowStore> => (await opened.second?.()) ?? store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.prepare(LOCKERS);
    });
    afterEach(() => opened.close());

    const keys = async (query?: FindRows): Promise<string[]> =>
      (await store.find(LOCKERS, query)).map(({ key }) => key);

    describe('commit', () => {
      it('starts a view before the log, and moves rows and checkpoint together', async () => {
        expect(await store.checkpoint(LOCKERS)).toBe(START);
        expect(await store.find(LOCKERS)).toEqual([]);

        await store.commit(LOCKERS, START, 7, new Map([['1', { hall: 'north' }]]));
        await store.commit(LOCKERS, 7, 2 ** 40, new Map([['2', { hall: 'south' }]]));

        expect(await store.checkpoint(LOCKERS)).toBe(2 ** 40);
        expect(await store.find(LOCKERS)).toEqual([
          { key: '1', row: { hall: 'north' } },
          { key: '2', row: { hall: 'south' } },
        ]);
      });

      it('moves on past events that change no row', async () => {
        await store.commit(LOCKERS, START, 7, new Map());

        expect(await store.checkpoint(LOCKERS)).toBe(7);
      });

      it.each([START, 6, 8])('writes nothing from %d where the view is at 7, and says so', async (from) => {
        await store.commit(LOCKERS, START, 7, new Map([['1', { hall: 'north' }]]));
        const changes = new Map([
          ['1', null],
          ['2', { hall: 'south' }],
        ]);

        const error: unknown = await store.commit(LOCKERS, from, 9, changes).catch((e: unknown) => e);

        expect(error).toBeInstanceOf(CheckpointMoved);
        expect(error).toMatchObject({ view: 'lockers', expected: from, actual: 7 });
        expect(await store.checkpoint(LOCKERS)).toBe(7);
        expect(await store.find(LOCKERS)).toEqual([{ key: '1', row: { hall: 'north' } }]);
      });

      it('writes nothing at all if one of the rows cannot be written', async () => {
        const changes = new Map([
          ['1', { hall: 'north' }],
          ['2', { unwritable: 10n }],
        ]);

        await expect(store.commit(LOCKERS, START, 7, changes)).rejects.toThrow();

        expect(await store.checkpoint(LOCKERS)).toBe(START);
        expect(await store.find(LOCKERS)).toEqual([]);
      });

      it('lets nothing that is refused disturb the other views that are written at the same time', async () => {
        await store.prepare(OTHER);
        await store.prepare(NEXT);
        const outcomes = await Promise.allSettled([
          store.commit(LOCKERS, START, 7, new Map([['1', { hall: 'north' }]])),
          store.commit(OTHER, START, 7, new Map([['1', { unwritable: 10n }]])),
          store.commit(OTHER, 5, 7, new Map([['2', { hall: 'south' }]])),
          store.commit(NEXT, START, 8, new Map([['1', { hall: 'west' }]])),
        ]);

        expect(outcomes.map(({ status }) => status)).toEqual([
          'fulfilled',
          'rejected',
          'rejected',
          'fulfilled',
        ]);
        const views = [LOCKERS, OTHER, NEXT];
        expect(await Promise.all(views.map((view) => store.checkpoint(view)))).toEqual([7, START, 8]);
        const found = await Promise.all(views.map((view) => store.find(view)));
        expect(found.map((rows) => rows.map(({ row }) => row))).toEqual([
          [{ hall: 'north' }],
          [],
          [{ hall: 'west' }],
        ]);
      });

      it('deletes with null, harmlessly where there is no row, and can write the row anew', async () => {
        await store.commit(LOCKERS, START, 1, new Map([['1', { hall: 'north', left: true }]]));
        await store.commit(
          LOCKERS,
          1,
          2,
          new Map([
            ['1', null],
            ['never-there', null],
          ]),
        );
        expect(await store.find(LOCKERS)).toEqual([]);
        expect(await store.find(LOCKERS, { where: { hall: 'north' } })).toEqual([]);

        await store.commit(LOCKERS, 2, 3, new Map([['1', { hall: 'south' }]]));
        expect(await store.load(LOCKERS, ['1'])).toEqual(new Map([['1', { hall: 'south' }]]));
      });

      it('replaces a row whole: fields it no longer has are gone', async () => {
        await store.commit(LOCKERS, START, 1, new Map([['1', { hall: 'north', state: 'open' }]]));
        await store.commit(LOCKERS, 1, 2, new Map([['1', { state: 'shut' }]]));

        expect(await store.load(LOCKERS, ['1'])).toEqual(new Map([['1', { state: 'shut' }]]));
        expect(await keys({ where: { hall: 'north' } })).toEqual([]);
      });

      it('lets exactly one of two connections win each batch, with its rows', async () => {
        const stores = [store, await second()];
        await Promise.all(stores.map((each) => each.prepare(LOCKERS)));
        const winners: string[] = [];
        for (const at of range(40)) {
          const outcomes = await Promise.allSettled(
            stores.map((each, by) =>
              each.commit(LOCKERS, at - 1, at, new Map([[`row-${String(at)}`, { by: String(by) }]])),
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

        const rows = await store.load(
          LOCKERS,
          range(40).map((at) => `row-${String(at)}`),
        );
        expect([...rows.values()]).toEqual(winners.map((by) => ({ by })));
      });
    });

    describe('reading', () => {
      it('gives back what was written, to the letter', async () => {
        const key = `O'Brien "🧭" %_ \\ $.a`;
        const row = {
          text: `née Zoë \n\u0000 \u2028 🧭`,
          nested: { list: [1, -0.5, 1e21, true, null, [], {}] },
          large: 'ŵ€'.repeat(50_000),
        };
        await store.commit(LOCKERS, START, 1, new Map([[key, row]]));

        expect(await store.load(LOCKERS, [key])).toEqual(new Map([[key, row]]));
        expect(await store.find(LOCKERS)).toEqual([{ key, row }]);
      });

      it('loads the rows there are, and leaves out the others', async () => {
        await store.commit(LOCKERS, START, 1, new Map(['1', '2', '3'].map((key) => [key, { key }])));

        expect(await store.load(LOCKERS, ['3', 'missing', '1'])).toEqual(
          new Map([
            ['1', { key: '1' }],
            ['3', { key: '3' }],
          ]),
        );
        expect(await store.load(LOCKERS, [])).toEqual(new Map());
      });

      it('finds rows in the order of their keys, byte by byte, in pages', async () => {
        const sorted = ['10', '2', 'B', 'Z', 'a', 'b', 'é', '€'];
        await store.commit(LOCKERS, START, 1, new Map(sorted.toReversed().map((key) => [key, { key }])));

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
      });

      it('finds rows by declared indexes, all of which must hold', async () => {
        const rows = range(12).map((n): [string, object] => [
          `locker-${String(n).padStart(2, '0')}`,
          { hall: `O'Hall ${String(n % 2)}`, state: ['open', 'shut', 'lost'][n % 3] },
        ]);
        await store.commit(LOCKERS, START, 1, new Map(rows));

        expect(await keys({ where: { hall: "O'Hall 1", state: 'open' } })).toEqual([
          'locker-03',
          'locker-09',
        ]);
        expect(await keys({ where: { state: 'shut' }, after: 'locker-01', limit: 2 })).toEqual([
          'locker-04',
          'locker-07',
        ]);
        expect(await keys({ where: { state: 'none of these' } })).toEqual([]);
      });

      it('refuses to search by a field that is not declared as an index', async () => {
        await expect(store.find(LOCKERS, { where: { hall: 'north', owner: 'me' } })).rejects.toThrow(
          /index.*owner/,
        );
      });
    });

    describe('views', () => {
      it('keeps two versions of a view apart, and views whose names begin alike', async () => {
        for (const [at, view] of [LOCKERS, NEXT, OTHER].entries()) {
          await store.prepare(view);
          await store.commit(view, START, at + 10, new Map([['1', { at }]]));
        }
        await store.drop(NEXT);

        expect(await store.checkpoint(LOCKERS)).toBe(10);
        expect(await store.find(LOCKERS)).toEqual([{ key: '1', row: { at: 0 } }]);
        expect(await store.checkpoint(OTHER)).toBe(12);
        expect(await store.find(OTHER)).toEqual([{ key: '1', row: { at: 2 } }]);
      });

      it('leaves a view that is there as it is when preparing it again', async () => {
        await store.commit(LOCKERS, START, 7, new Map([['1', { hall: 'north' }]]));
        await store.prepare(LOCKERS);
        await (await second()).prepare(LOCKERS);

        expect(await store.checkpoint(LOCKERS)).toBe(7);
        expect(await keys()).toEqual(['1']);
      });

      it('forgets a dropped view, which can then be built anew on every connection', async () => {
        const other = await second();
        await other.prepare(LOCKERS);
        await store.commit(LOCKERS, START, 7, new Map([['1', { hall: 'north' }]]));
        await other.drop(LOCKERS);
        await other.drop(NEXT); // never prepared: nothing to forget

        await store.prepare(LOCKERS);
        expect(await store.checkpoint(LOCKERS)).toBe(START);
        expect(await store.find(LOCKERS)).toEqual([]);
        await store.commit(LOCKERS, START, 3, new Map([['2', { hall: 'south' }]]));
        expect(await keys({ where: { hall: 'south' } })).toEqual(['2']);
      });

      it('has rows and checkpoint after it was opened again', async () => {
        await store.commit(LOCKERS, START, 7, new Map([['1', { hall: 'north' }]]));
        store = await opened.reopen();
        await store.prepare(LOCKERS);

        expect(await store.checkpoint(LOCKERS)).toBe(7);
        expect(await store.find(LOCKERS, { where: { hall: 'north' } })).toEqual([
          { key: '1', row: { hall: 'north' } },
        ]);
      });
    });
  });
}

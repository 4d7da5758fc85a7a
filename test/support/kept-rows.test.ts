import { type RowReader, RowsGone, type RowStore } from '@waymark/core/kernel';
import { schools } from '@waymark/modules/school/views/schools';
import { LOCKERS } from '../contracts/row-store/given';
import { readingCases } from '../contracts/row-store/reading';
import { kept, rowsOf } from './kept-rows';

describe('rows that are given to a query', () => {
  let reader: RowReader;
  beforeEach(() => {
    reader = rowsOf([LOCKERS, {}]);
  });

  // A commit replaces all rows by those of its batch. This is sufficient, because each case writes only once.
  const store = (): RowStore => {
    const commit: RowStore['commit'] = async (set, { changes }) => {
      reader = rowsOf([set, Object.fromEntries([...changes].map(([key, { row }]) => [key, row]))]);
    };
    const given: Pick<RowStore, 'load' | 'find' | 'commit'> = {
      load: (...asked) => reader.load(...asked),
      find: (...asked) => reader.find(...asked),
      commit,
    };
    return given as RowStore;
  };
  readingCases({ store, reopen: async () => store(), second: async () => store() });

  it('are loaded as deleted and not found, if they are deleted', async () => {
    const rows = rowsOf(kept(schools, { '990401': null }));
    expect(await rows.load(schools, ['990401'])).toEqual(new Map([['990401', { row: null, position: 1 }]]));
    expect(await rows.find(schools)).toEqual([]);
  });

  it('throw RowsGone for a view without rows', async () => {
    await expect(reader.find(schools)).rejects.toThrow(RowsGone);
    await expect(reader.load(schools, ['990401'])).rejects.toThrow(RowsGone);
  });
});

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

  // Given anew, they are the batch's: all that the cases need of writing, each of which writes once.
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

  it('are loaded as deleted, and not found, where they are', async () => {
    const rows = rowsOf(kept(schools, { '990401': null }));
    expect(await rows.load(schools, ['990401'])).toEqual(new Map([['990401', { row: null, position: 1 }]]));
    expect(await rows.find(schools)).toEqual([]);
  });

  it('are gone where none were given', async () => {
    await expect(reader.find(schools)).rejects.toThrow(RowsGone);
    await expect(reader.load(schools, ['990401'])).rejects.toThrow(RowsGone);
  });
});

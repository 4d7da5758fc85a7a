import fc from 'fast-check';
import { formatTable } from '../../libs/operations/terminal/table';

const word = fc.stringMatching(/^[a-z]{1,14}$/);
const text = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
const number = fc.integer({ min: 0, max: 9_999_999 });
/** Rows of two texts and three numbers. */
const rows = fc.array(fc.tuple(text, number, number, text, number), { minLength: 1, maxLength: 5 });
const HEAD = ['Name', 'Possible sessions', 'Attended', 'Reason', 'Unauthorised'];
const columns = { text: ['Name', 'Reason'] };
/** The narrowest table: two texts of eight characters, three numbers of seven, padding and borders. */
const NARROWEST = 2 * 8 + 3 * 7 + 5 * 3 + 1;

/** Contents of the cells of a table, line by line. */
const cellsOf = (table: string): string[] => table.split(/[│\n]/).map((cell) => cell.trim());

describe('a table', () => {
  it('fits the width, with each number in full', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: NARROWEST, max: 200 }), (cells, width) => {
        const table = formatTable(HEAD, cells, { ...columns, width });
        for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
        const shown = cellsOf(table);
        for (const cell of cells.flat().filter((each) => typeof each === 'number'))
          expect(shown).toContain(String(cell));
      }),
    );
  });

  it('shows each number in full even if the terminal is too narrow', () => {
    const table = formatTable(HEAD, [['some name', 1_234_567, 7, 'some reason', 89]], {
      ...columns,
      width: 20,
    });
    expect(cellsOf(table)).toEqual(expect.arrayContaining(['1234567', '7', '89']));
  });

  it('cuts a word that is too long with an ellipsis', () => {
    const table = formatTable(['Name', 'Pupils'], [['Llanfairpwllgwyngyll', 12]], {
      text: ['Name'],
      width: 24,
    });
    expect(table).toMatch(/│ Llan\w*… *│/);
  });

  it('has its full width where output is not a terminal', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const shown = cellsOf(formatTable(HEAD, cells, columns));
        for (const cell of [...HEAD, ...cells.flat()]) expect(shown).toContain(String(cell));
      }),
    );
  });
});

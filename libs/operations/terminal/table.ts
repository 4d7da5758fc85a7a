import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

/** A cell of a table: a number is never cut. */
export type Cell = string | number;

export interface TableOptions {
  /** Heads of the columns whose texts may be wrapped, and cut with an ellipsis where a word is too long. */
  readonly text: readonly string[];
  /** Characters that a line may have. Defaults to the width of the terminal, or no limit where output is not a terminal. */
  readonly width?: number;
}

/** Characters beside the content of a cell: a space on each side. */
const PADDING = 2;
/** Smallest width of the content of a text column. */
const LEAST = 8;

/**
 * Format rows as a table that fits the terminal, if it can: columns of texts become narrower first, then heads of columns of
 * numbers. Numbers are always complete.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { text, width = terminalWidth() }: TableOptions,
): string {
  const columns = head.map((name, at): Column => {
    const content = Math.max(0, ...rows.map((row) => lengthOf(row[at]!)));
    const natural = Math.max(content, lengthOf(name));
    return text.includes(name)
      ? { natural, least: Math.min(natural, LEAST), text: true }
      : { natural, least: Math.max(content, 1), text: false };
  });
  const widths = fit(columns, width - head.length * (PADDING + 1) - 1);
  const table = new Table({
    style: { head: [], border: [] },
    head: [...head],
    ...(columns.some(({ natural }, at) => widths[at]! < natural) && {
      colWidths: widths.map((each) => each + PADDING),
      wordWrap: true,
    }),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

interface Column {
  readonly natural: number;
  readonly least: number;
  readonly text: boolean;
}

/** Widths of the columns' content, which add up to at most `available` if the least widths do. */
function fit(columns: readonly Column[], available: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  for (const text of [true, false]) {
    const shrinkable = (): number[] =>
      columns.flatMap((column, at) => (column.text === text && widths[at]! > column.least ? [at] : []));
    for (let left = shrinkable(); left.length > 0 && sum(widths) > available; left = shrinkable()) {
      const widest = left.reduce((one, other) => (widths[other]! > widths[one]! ? other : one));
      widths[widest]! -= 1;
    }
  }
  return widths;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Length of the longest line of a cell. */
const lengthOf = (cell: Cell): number =>
  Math.max(
    ...stripVTControlCharacters(String(cell))
      .split('\n')
      .map((line) => line.length),
  );

const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns : Infinity);

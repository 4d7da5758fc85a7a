import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { addDays, isWeekend, type Period, within } from '@waymark/core/fields';
import type { MarkPart, Recording } from '@waymark/modules/attendance';
import type { Counts } from '@waymark/modules/shared/counts';
import { range } from '../events';

/** Rows of a table in data/reference. */
export const reference = (name: string): Record<string, string>[] =>
  parse(readFileSync(join(__dirname, '../../../data/reference', name)), { columns: true, bom: true });

/** The attendance codes in the table. */
export const table = reference('attendance-codes.csv').map((row) => ({
  code: row['code']!,
  meaning: row['meaning']!,
  countsAs: row['counts_as']!.replace('not possible', 'notPossible') as
    'attended' | 'authorised' | 'unauthorised' | 'notPossible',
  from: row['from']!,
  until: row['until']!,
}));

/** The totals of some marks, counted one by one with the table. */
export function naively(marks: readonly string[]): Counts {
  const count = (counted: (mark: string) => boolean): number => marks.filter(counted).length;
  const as = (kind: string): number =>
    count((mark) => table.find(({ code }) => code === mark)?.countsAs === kind);
  return {
    possible: as('attended') + as('authorised') + as('unauthorised'),
    attended: as('attended'),
    authorised: as('authorised'),
    unauthorised: as('unauthorised'),
    notPossible: as('notPossible'),
    noMark: count((mark) => mark === '-'),
    late: count((mark) => mark === 'L' || mark === 'U'),
  };
}

/** The marks in a period: for each day those recorded last, independent of the order of the recordings. */
export const naivelyOver = (recordings: readonly Recording[], period: Period): Counts =>
  naively(
    recordings
      .filter(({ on }) => within(period, on))
      .filter(({ on, at }) => recordings.every((other) => other.on !== on || other.at <= at))
      .flatMap(({ am, pm }) => [am, pm]),
  );

const FIRST = '2025-09-03';
const days = range(60)
  .map((n) => addDays(FIRST, n))
  .filter((day) => !isWeekend(day));

const marks = ['-', ...table.filter(({ until }) => until === '').map(({ code }) => code)];
const half = (not: string) => fc.constantFrom(...marks.filter((mark) => mark !== not));

/** Recordings for some days of two months, including several for one day at different times. */
export const recordings: fc.Arbitrary<MarkPart[]> = fc.uniqueArray(
  fc.record({
    on: fc.constantFrom(...days),
    am: half('\\'),
    pm: half('/'),
    at: fc.integer({ min: 0, max: 5 }).map((n) => `2025-11-0${String(n + 1)}T16:00:00Z`),
  }),
  { selector: ({ on, at }) => `${on} ${at}`, maxLength: 60 },
);

/** A period around those months, with any first and last day. */
export const period: fc.Arbitrary<Period> = fc
  .tuple(fc.integer({ min: -10, max: 60 }), fc.integer({ min: 0, max: 70 }))
  .map(([begin, length]) => ({ from: addDays(FIRST, begin), to: addDays(FIRST, begin + length) }));

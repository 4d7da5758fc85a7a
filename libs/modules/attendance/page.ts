import type { Day, Period } from '@waymark/core/fields';
import { type Counts, noCounts } from '@waymark/modules/shared/counts';
import type { MarkRecorded } from './attendance';
import { countSymbols, symbolOf } from './codes';

/**
 * A register as stored in views: for each month a line of 62 characters, with two characters (morning and afternoon)
 * for each day, and a space where nothing was recorded. It contains only the marks in force. It is small and fast to
 * count over any period.
 */
export type RegisterPages = Readonly<Record<string, string>>;

const BLANK = ' '.repeat(62);

/** The pages after some marks. Superseded marks are ignored. */
export function written(pages: RegisterPages, marks: readonly MarkRecorded[]): RegisterPages {
  const after = { ...pages };
  const standing = marks.filter(({ superseded }) => !superseded);
  for (let next = 0; next < standing.length;) {
    const month = standing[next]!.on.slice(0, 7);
    const line = after[month] ?? BLANK;
    // Marks of consecutive days are written in one pass over the line.
    let [text, end] = ['', 0];
    for (; next < standing.length; next += 1) {
      const { on, am, pm } = standing[next]!;
      const at = place(on);
      if (at < end || !on.startsWith(month)) break;
      text += line.slice(end, at) + symbolOf(am) + symbolOf(pm);
      end = at + 2;
    }
    after[month] = text + line.slice(end);
  }
  return after;
}

/** Counts of the sessions in a period. */
export function countPages(pages: RegisterPages, { from, to }: Period): Counts {
  const [first, last] = [from.slice(0, 7), to.slice(0, 7)];
  let counts = noCounts;
  for (const [month, line] of Object.entries(pages)) {
    if (month < first || month > last) continue;
    const start = month === first ? place(from) : 0;
    const end = month === last ? place(to) + 2 : line.length;
    counts = countSymbols(line, start, end, counts);
  }
  return counts;
}

const place = (on: Day): number => (Number(on.slice(8)) - 1) * 2;

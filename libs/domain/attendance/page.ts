import type { Day, Period } from '@waymark/vocabulary';
import { added, noCounts, type Counts } from '../shared/counts';
import type { MarkRecorded } from './attendance';
import { countSymbols, symbolOf } from './codes';

/**
 * A register as views keep it: for each month a line of 62 characters, a morning and an afternoon for each day, as
 * a page of a paper register has it; a space where nothing was recorded. Small, quick to count over any period, and
 * only what stands.
 */
export type RegisterPages = Readonly<Record<string, string>>;

const BLANK = ' '.repeat(62);

/** Write marks onto the pages; those that were superseded before they arrived are passed over. */
export function written(pages: RegisterPages, marks: readonly MarkRecorded[]): RegisterPages {
  const after = { ...pages };
  for (const { on, am, pm, superseded } of marks) {
    if (superseded) continue;
    const month = on.slice(0, 7);
    const line = after[month] ?? BLANK;
    const at = place(on);
    after[month] = line.slice(0, at) + symbolOf(am) + symbolOf(pm) + line.slice(at + 2);
  }
  return after;
}

/** Sessions over a period. */
export function countPages(pages: RegisterPages, { from, to }: Period): Counts {
  let counts = noCounts;
  for (const [month, line] of Object.entries(pages)) {
    if (month < from.slice(0, 7) || month > to.slice(0, 7)) continue;
    const start = from.startsWith(month) ? place(from) : 0;
    const end = to.startsWith(month) ? place(to) + 2 : line.length;
    counts = added(counts, countSymbols(line, start, end));
  }
  return counts;
}

const place = (on: Day): number => (Number(on.slice(8)) - 1) * 2;

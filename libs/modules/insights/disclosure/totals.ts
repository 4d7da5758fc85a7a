import type { AttendanceTotals } from '../attendance';
import type { Unit } from './blocks';
import type { Family } from './family';
import { absenceColumns } from './outcomes';
import { type DisclosureRule, statusOfRate, type StatusSymbol, withheld, type Withheld } from './symbols';

interface TotalsFamilies {
  /** All pupils of the totals: their sessions and rates are given if their number is. */
  readonly pupils: Family;
  /** The pupils by their absence, in the columns of `window`. */
  readonly bands: Family;
  readonly window: string;
}

const isAbsenceField = (field: string): field is keyof typeof absenceColumns =>
  Object.hasOwn(absenceColumns, field);

/** The totals of a group as shown to a principal. */
export function shownTotals<Totals extends AttendanceTotals>(
  totals: Totals,
  group: ReadonlySet<Unit>,
  { pupils, bands, window }: TotalsFamilies,
  rule: DisclosureRule,
): Withheld<Totals> {
  const isSmall = (value: number): boolean => value > 0 && value < rule.smallBelow;
  const exact = group.size === 0;
  const showsPupils = exact || (pupils.shows(group) && !isSmall(totals.pupils));
  const isShown = (field: string): boolean => {
    if (exact || field === 'key' || field === 'name') return true;
    if (!showsPupils) return false;
    if (!isAbsenceField(field)) return true;
    const columns = absenceColumns[field].map((column) => `${window}/${column}`);
    return bands.shows(group, columns) && !isSmall(totals[field]);
  };
  return withheld(totals, isShown, { absencePercent: statusOf(totals, rule) });
}

export const statusOf = (
  totals: Pick<AttendanceTotals, 'absencePercent' | 'authorised' | 'unauthorised' | 'possible'>,
  rule: DisclosureRule,
): StatusSymbol | undefined =>
  statusOfRate(
    totals.absencePercent,
    { sessions: totals.authorised + totals.unauthorised, possible: totals.possible },
    rule,
  );

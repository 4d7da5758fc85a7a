import { everywhere, type Reach } from '@waymark/core/access';
import type { RowReader } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import {
  type AttendanceQuery,
  type GroupAttendance,
  isSeen,
  type PupilAttendance,
  registersIn,
  type ShownGroupAttendance,
  type ShownPupilAttendance,
} from '../attendance';
import { Groups } from '../groups';
import { pupilOutcomes } from '../views/pupil-outcomes';
import { Family } from './family';
import { bandOf, bandsOf, countedAs, everyone } from './outcomes';
import { type DisclosureRule, statusBeside } from './symbols';
import { shownTotals, statusOf } from './totals';
import { Units } from './units';

const WINDOW = 'period';

/**
 * Attendance as shown to a principal: of groups, without small numbers and without what would tell one; of pupils, as it
 * is.
 */
export async function shownAttendance(
  rows: RowReader,
  attendance: readonly (PupilAttendance | GroupAttendance)[],
  query: AttendanceQuery,
  { reach, rule }: { readonly reach: Reach; readonly rule: DisclosureRule },
): Promise<(ShownPupilAttendance | ShownGroupAttendance)[]> {
  const { by } = query;
  if (by === 'pupil') return attendance.map((pupil) => shownPupil(pupil as PupilAttendance, rule));
  const groups = await Groups.of(rows);
  // Which registers are seen is decided for each pupil below.
  const units = new Units(groups, { covers: everywhere, showsSmallNumbers: reach.showsSmallNumbers });
  if (!units.areExact) {
    const mentored = await mentoredPupils(rows);
    for await (const register of registersIn(rows, groups, query)) {
      if (!(await isSeen(register, reach.covers, false))) continue;
      const { pupil, school, counts, journeys } = register;
      const place = groups.of('school', { school })?.place;
      const scopes = [{ ...place }, ...(await journeys()).map((journey) => ({ ...journey, ...place }))];
      units.add({ school }, scopes, [...countedAs(mentored.has(pupil)), ...bandOf(WINDOW, counts)]);
    }
  }
  const pupils = everyone(units, rule);
  const bands = new Family(pupils.blocks, bandsOf(WINDOW), rule);
  const families = { pupils, bands, window: WINDOW };
  return attendance.map((each) =>
    shownTotals(each as GroupAttendance, units.in(by, each.key), families, rule),
  );
}

/** Pupils with a journey that has or had a mentor: as in KPIs, their number is not small in any block. */
async function mentoredPupils(rows: RowReader): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const { key, row } of every(rows, pupilOutcomes))
    if (Object.values(row.journeys).some(({ mentor }) => mentor !== undefined)) found.add(key);
  return found;
}

/** A pupil's attendance, with the status of the rate. */
const shownPupil = (pupil: PupilAttendance, rule: DisclosureRule): ShownPupilAttendance => ({
  ...pupil,
  ...statusBeside({ absencePercent: statusOf(pupil, rule) }),
});

import { sideBySide } from '@waymark/core/concurrency';
import { readers } from '@waymark/modules/shared/rights';
import { IsDay, IsInstant, IsOneOf, midnight, Optional } from '@waymark/core/fields';
import { pageByKey, pageOf, PageParameters, question, variant } from '@waymark/core/questions';
import { attendance, attendanceHistory } from '@waymark/modules/attendance/views/registers';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import {
  attendanceBy,
  type AttendanceGroup,
  type AttendanceQuery,
  type ShownGroupAttendance,
  type ShownPupilAttendance,
  attendanceGroups,
  attendanceQuery,
  type AttendanceTotals,
  groupAttendanceSchema,
  pupilAttendanceSchema,
} from '../attendance';
import { pupilOutcomes } from '../views/pupil-outcomes';
import { shownAttendance } from '../disclosure/attendance';
import { type FigureSources, type InsightSources, SMALL_NUMBERS } from './sources';

/** Totals for the examples of the OpenAPI document. */
export const exampleTotals: AttendanceTotals = {
  possible: 7220,
  attended: 5918,
  authorised: 871,
  unauthorised: 431,
  notPossible: 180,
  noMark: 12,
  late: 144,
  absencePercent: 18.0332,
  pupils: 100,
  persistentPupils: 82,
  severePupils: 6,
  eligiblePupils: 76,
};

/** Grouping and period of the attendance. */
export class PeriodParameters extends PageParameters {
  @IsOneOf(attendanceGroups, 'area') by!: AttendanceGroup;
  @IsDay('2025-09-03') from!: string;
  @IsDay('2025-10-24') to!: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

export const getAttendance = question({
  name: 'GetAttendance',
  path: 'attendance',
  parameters: PeriodParameters,
  summary: 'Sessions and rates over a period, by pupil, school, area or region',
  description:
    'With `asKnownAt`, only marks that schools had recorded by that time are counted; if you may not see times of recording, it is cut to the beginning of its day (UTC). A pupil’s row has the flags `persistent` and `severe`; a group’s row has numbers of pupils. ' +
    SMALL_NUMBERS,
  schema: pageOf(variant([pupilAttendanceSchema, groupAttendanceSchema])),
  example: { items: [{ key: 'blackpool', name: 'Blackpool', ...exampleTotals }], next: 'blackpool' },
  by: readers,
  views: [attendance, attendanceHistory, caseloads, pupilOutcomes, programmes, schools, mentors],
  // A pupil's row has no name and shows the pupil's records. A group's row shows only figures.
  shown: ({ items }) => items.filter((item) => !('name' in item)).map(({ key }) => key),
  answer: async (asked, sources: InsightSources) =>
    pageByKey(await attendanceFor(sources, attendanceQuery(asked)), asked),
});

/** Attendance as a principal may see it. */
export async function attendanceFor(
  { kept, reach, scopesOf, disclosure: rule }: FigureSources,
  { asKnownAt, ...asked }: AttendanceQuery,
): Promise<readonly (ShownPupilAttendance | ShownGroupAttendance)[]> {
  // Principals who may not see times of recording could find them by asking again and again.
  const known = asKnownAt === undefined || reach.seesTimes ? asKnownAt : midnight(asKnownAt);
  const query = { ...asked, ...(known !== undefined && { asKnownAt: known }) };
  const found = await kept(query, async (rows) =>
    shownAttendance(rows, await attendanceBy(rows, query, reach.covers), query, { reach, rule }),
  );
  if (query.by !== 'pupil') return found;
  // A pupil's row is shown only to principals who reach the pupil now, and not because of a former school.
  const shown = new Set<string>();
  await sideBySide(found, async ({ key }) => {
    if (reach.reaches(await scopesOf('pupil', key), key)) shown.add(key);
  });
  return found.filter(({ key }) => shown.has(key));
}

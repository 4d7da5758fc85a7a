import { Type } from '@sinclair/typebox';
import type { Covers } from '@waymark/core/access';
import { type Day, type Instant, mondayOf, type Period } from '@waymark/core/fields';
import type { RowReader, Scope } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import { type Answer, count, object, percentOrNull, text } from '@waymark/core/questions';
import { countPages, countsOver, type Recording, type Register } from '@waymark/modules/attendance';
import {
  asRecording,
  attendance,
  attendanceHistory,
  type AttendanceHistoryRow,
  type OfPupil,
} from '@waymark/modules/attendance/views/registers';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import {
  absencePercent,
  added,
  type Counts,
  isPersistent,
  isSevere,
  noCounts,
  rounded,
} from '@waymark/modules/shared/counts';
import { type Group, Groups } from './groups';

export const attendanceGroups = ['pupil', 'school', 'area', 'region'] as const;
export type AttendanceGroup = (typeof attendanceGroups)[number];

/** Sessions of a pupil or a group over a period, and the rate they give. */
const summaryFields = {
  possible: count('attended + authorised + unauthorised, in half-day sessions as all counts here.'),
  attended: count(),
  authorised: count(),
  unauthorised: count(),
  notPossible: count('Recorded with a code that does not count, such as school closed.'),
  noMark: count('Missing in the register: neither present nor absent.'),
  late: count(),
  absencePercent: percentOrNull(
    'Absence in per cent of the possible sessions, four decimals; null where none was possible.',
  ),
};

export const pupilAttendanceSchema = object(
  {
    key: text("The pupil's id."),
    ...summaryFields,
    persistent: Type.Boolean({ description: 'Absent for 10% of the possible sessions or more.' }),
    severe: Type.Boolean({ description: 'Absent for 50% of the possible sessions or more.' }),
  },
  { $id: 'PupilAttendance' },
);

/** What the attendance of many pupils adds up to. */
const groupFields = {
  ...summaryFields,
  pupils: count(),
  persistentPupils: count('Pupils absent for 10% of their possible sessions or more.'),
  severePupils: count('Pupils absent for 50% of their possible sessions or more.'),
  eligiblePupils: count(
    'Of attendance: persistent and not severe. Of KPIs: within the range of absence that the programme is for.',
  ),
};

export const attendanceTotals = object(groupFields, { $id: 'AttendanceTotals' });

export const groupAttendanceSchema = object(
  { key: text(), name: text(), ...groupFields },
  { $id: 'GroupAttendance' },
);

export type PupilAttendance = Answer<typeof pupilAttendanceSchema>;
export type GroupAttendance = Answer<typeof groupAttendanceSchema>;
export type AttendanceTotals = Answer<typeof attendanceTotals>;

export interface AttendanceQuery extends Period {
  readonly by: AttendanceGroup;
  /** Only what schools had recorded by then. */
  readonly asKnownAt?: Instant;
}

/** Attendance over a period, by pupil, school, area or region, as far as it may be seen, in the order of their keys. */
export async function attendanceBy(
  rows: RowReader,
  { by, asKnownAt, ...period }: AttendanceQuery,
  covers: Covers,
): Promise<(PupilAttendance | GroupAttendance)[]> {
  const counted = asKnownAt === undefined ? standing(rows, period) : knownAt(rows, period, asKnownAt);
  const known = await Groups.of(rows);
  const mayBeSeen = visible(rows, by, covers);
  const groups = new Map<string, { name: string; pupils: Map<string, Counts> }>();
  for await (const { pupil, school, counts } of counted) {
    if (isBlank(counts)) continue;
    const { key, name, place } = groupOf(known, by, pupil, school);
    if (!(await mayBeSeen(pupil, place))) continue;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { name, pupils: new Map() }));
    const before = group.pupils.get(pupil);
    group.pupils.set(pupil, before ? added(before, counts) : counts);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { name, pupils }]) =>
      by === 'pupil'
        ? pupilAttendance(key, pupils.get(key) ?? noCounts)
        : { key, name, ...groupAttendance(pupils.values()) },
    );
}

/**
 * Whether a pupil's sessions may be seen in a group: where the group may be, or as far as it is of a programme that the pupil has
 * a journey in. A mentor sees those alone whose journey is with them.
 */
function visible(
  rows: RowReader,
  by: AttendanceGroup,
  covers: Covers,
): (pupil: string, place: Scope) => boolean | Promise<boolean> {
  let journeys: Promise<ReadonlyMap<string, readonly Scope[]>> | undefined;
  return async (pupil, place) => {
    if (covers(place)) return true;
    const known = (await (journeys ??= journeysByPupil(rows))).get(pupil) ?? [];
    return known.some(({ programme, mentor }) =>
      covers({
        ...place,
        ...(programme !== undefined && { programme }),
        ...(by === 'pupil' && mentor !== undefined && { mentor }),
      }),
    );
  };
}

async function journeysByPupil(rows: RowReader): Promise<ReadonlyMap<string, readonly Scope[]>> {
  const found = new Map<string, Scope[]>();
  for await (const { row } of every(rows, caseloads)) {
    const known = found.get(row.pupil);
    if (known) known.push(row);
    else found.set(row.pupil, [row]);
  }
  return found;
}

/** Sums and rates of many pupils. */
export function groupAttendance(pupils: Iterable<Counts>): AttendanceTotals {
  let [counts, of, persistentPupils, severePupils] = [noCounts, 0, 0, 0];
  for (const pupil of pupils) {
    counts = added(counts, pupil);
    of += 1;
    if (isPersistent(pupil)) persistentPupils += 1;
    if (isSevere(pupil)) severePupils += 1;
  }
  return {
    ...counts,
    absencePercent: rounded(absencePercent(counts)),
    pupils: of,
    persistentPupils,
    severePupils,
    eligiblePupils: persistentPupils - severePupils,
  };
}

export const pupilAttendance = (key: string, counts: Counts): PupilAttendance => ({
  key,
  ...counts,
  absencePercent: rounded(absencePercent(counts)),
  persistent: isPersistent(counts),
  severe: isSevere(counts),
});

interface Counted extends OfPupil {
  readonly counts: Counts;
}

async function* standing(rows: RowReader, period: Period): AsyncGenerator<Counted> {
  for await (const { row } of every(rows, attendance))
    yield { ...row, counts: countPages(row.pages, period) };
}

async function* knownAt(rows: RowReader, period: Period, at: Instant): AsyncGenerator<Counted> {
  for await (const { row } of every(rows, attendanceHistory)) {
    yield { ...row, counts: countsOver(registerAt(row, at), period) };
  }
}

function registerAt({ recordings }: AttendanceHistoryRow, time: Instant): Register {
  const weeks: Record<Day, Recording[]> = {};
  for (const recording of recordings.map(asRecording)) {
    if (recording.at <= time) (weeks[mondayOf(recording.on)] ??= []).push(recording);
  }
  return { weeks };
}

/** Nothing is recorded of the pupil in the period. */
const isBlank = ({ possible, notPossible, noMark }: Counts): boolean => possible + notPossible + noMark === 0;

function groupOf(known: Groups, by: AttendanceGroup, pupil: string, school: string): Group {
  if (by !== 'pupil') return known.of(by, { school }) ?? { key: UNKNOWN, name: UNKNOWN, place: {} };
  const { place } = known.of('school', { school })!;
  return { key: pupil, name: pupil, place };
}

const UNKNOWN = 'unknown';

import { type TInteger, type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { Sees } from '@waymark/core/access';
import { type Day, type Instant, mondayOf, type Period, periodOf, toInstant } from '@waymark/core/fields';
import type { RowReader, Scope } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import { type Answer, count, countOrNull, object, percentOrNull, text } from '@waymark/core/questions';
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
import { given } from '@waymark/modules/shared/repeats';
import { statusSchema } from './disclosure/symbols';
import { type Group, Groups } from './groups';

export const attendanceGroups = ['pupil', 'school', 'area', 'region'] as const;
export type AttendanceGroup = (typeof attendanceGroups)[number];

/** Counts of sessions of a pupil or group in a period, and the absence rate. */
const summaryFields = <Schema extends TSchema>(count: (description?: string) => Schema) => ({
  possible: count('attended + authorised + unauthorised. All counts are half-day register sessions.'),
  attended: count(),
  authorised: count(),
  unauthorised: count(),
  notPossible: count('Sessions whose code does not count, such as school closed.'),
  noMark: count('Sessions without a mark: unknown, neither present nor absent.'),
  late: count(),
  absencePercent: percentOrNull(
    'Absence in per cent of the possible sessions, to four decimals; null if none was possible.',
  ),
});

const pupilFields = {
  key: text("The pupil's id."),
  ...summaryFields(count),
  persistent: Type.Boolean({ description: 'Absent from at least 10% of the possible sessions.' }),
  severe: Type.Boolean({ description: 'Absent from at least 50% of the possible sessions.' }),
};

export const pupilAttendanceSchema = object(
  { ...pupilFields, status: statusSchema },
  { $id: 'PupilAttendance' },
);

/** The summed attendance of many pupils. */
const groupFields = <Schema extends TSchema>(count: (description?: string) => Schema) => ({
  ...summaryFields(count),
  pupils: count(),
  persistentPupils: count('Pupils absent from at least 10% of their possible sessions.'),
  severePupils: count('Pupils absent from at least 50% of their possible sessions.'),
  eligiblePupils: count(
    'In attendance: pupils persistently but not severely absent. In KPIs: pupils whose absence is within the programme’s eligibility band.',
  ),
});

/** Totals as shown to a principal. */
export const attendanceTotals = object(
  { ...groupFields(countOrNull), status: statusSchema },
  { $id: 'AttendanceTotals' },
);

export const groupAttendanceSchema = object(
  { key: text(), name: text(), ...groupFields(countOrNull), status: statusSchema },
  { $id: 'GroupAttendance' },
);

/** Exact figures, before it is decided what a principal may see of them. */
export type PupilAttendance = Answer<TObject<typeof pupilFields>>;
export type AttendanceTotals = Answer<TObject<ReturnType<typeof groupFields<TInteger>>>>;
export type GroupAttendance = AttendanceTotals & { readonly key: string; readonly name: string };

/** The same as shown to a principal. */
export type ShownPupilAttendance = Answer<typeof pupilAttendanceSchema>;
export type ShownGroupAttendance = Answer<typeof groupAttendanceSchema>;

export interface AttendanceQuery extends Period {
  readonly by: AttendanceGroup;
  /** Use only what schools had recorded by this time. */
  readonly asKnownAt?: Instant;
}

/** The query of a request. Throws a refusal if the period ends before it begins. */
export const attendanceQuery = ({ by, from, to, asKnownAt = '' }: AttendanceRequest): AttendanceQuery =>
  given({ by, ...periodOf({ from, to }), asKnownAt: toInstant(asKnownAt) });

interface AttendanceRequest extends Omit<AttendanceQuery, 'asKnownAt'> {
  /** A time with any offset from UTC. */
  readonly asKnownAt?: string;
}

/** Attendance in a period by pupil, school, area or region, within reach and ordered by key. */
export async function attendanceBy(
  rows: RowReader,
  query: AttendanceQuery,
  sees: Sees,
): Promise<(PupilAttendance | GroupAttendance)[]> {
  const { by } = query;
  const known = await Groups.of(rows);
  const groups = new Map<string, { name: string; pupils: Map<string, Counts> }>();
  for await (const register of registersIn(rows, known, query)) {
    const { pupil, counts, group } = register;
    if (!(await isSeen(register, sees, by === 'pupil'))) continue;
    let found = groups.get(group.key);
    if (!found) groups.set(group.key, (found = { name: group.name, pupils: new Map() }));
    const before = found.pupils.get(pupil);
    found.pupils.set(pupil, before ? added(before, counts) : counts);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { name, pupils }]) =>
      by === 'pupil'
        ? pupilAttendance(key, pupils.get(key) ?? noCounts)
        : { key, name, ...groupAttendance(pupils.values()) },
    );
}

/** A pupil's sessions at one school in a period. */
export interface CountedRegister extends OfPupil {
  readonly counts: Counts;
  readonly group: Group;
  /** The programme and mentor of each of the pupil's journeys. */
  readonly journeys: () => Promise<readonly Scope[]>;
}

/**
 * Whether a pupil's sessions may be counted in a group: if the group is within reach, or if the pupil has a journey in a
 * programme within reach; `withMentor`, also with a mentor within reach, because a mentor's reach includes only pupils
 * whose journey is with that mentor.
 */
export async function isSeen(
  { pupil, group: { place }, journeys }: CountedRegister,
  sees: Sees,
  withMentor: boolean,
): Promise<boolean> {
  if (sees(place, pupil)) return true;
  return (await journeys()).some(({ programme, mentor }) =>
    sees(
      {
        ...place,
        ...(programme !== undefined && { programme }),
        ...(withMentor && mentor !== undefined && { mentor }),
      },
      pupil,
    ),
  );
}

/** Registers with anything recorded in the period of a query, each with its group. */
export async function* registersIn(
  rows: RowReader,
  known: Groups,
  { by, asKnownAt, ...period }: AttendanceQuery,
): AsyncGenerator<CountedRegister> {
  const counted = asKnownAt === undefined ? standing(rows, period) : knownAt(rows, period, asKnownAt);
  let all: Promise<ReadonlyMap<string, readonly Scope[]>> | undefined;
  for await (const { pupil, school, counts } of counted) {
    if (isBlank(counts)) continue;
    const journeys = async () => (await (all ??= journeysByPupil(rows))).get(pupil) ?? [];
    yield { pupil, school, counts, journeys, group: groupOf(known, by, pupil, school) };
  }
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

/** Whether nothing is recorded about the pupil in the period. */
const isBlank = ({ possible, notPossible, noMark }: Counts): boolean => possible + notPossible + noMark === 0;

function groupOf(known: Groups, by: AttendanceGroup, pupil: string, school: string): Group {
  if (by !== 'pupil') return known.of(by, { school }) ?? { key: UNKNOWN, name: UNKNOWN, place: {} };
  const { place } = known.of('school', { school })!;
  return { key: pupil, name: pupil, place };
}

const UNKNOWN = 'unknown';

import { rowReader, type ViewRows } from '@test/support/questions';
import fc from 'fast-check';
import { written } from '@waymark/modules/attendance';
import { attendance } from '@waymark/modules/attendance/views/registers';
import { type JourneyKpi, pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { phaseProgress, type PhaseProgressRow } from '@waymark/modules/journey/views/phase-progress';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';

/** Random pupils of one programme, and the rows that views have of them. */

export const PROGRAMME = 'ampe-2025-11';
const window = (from: string, to: string) => ({ from, to });
export const baseline = window('2025-09-03', '2025-09-16');
export const followUp = window('2025-11-03', '2025-11-14');

/** Absence in a window of 20 sessions. */
const absences = { none: 0, persistent: 4, severe: 12 } as const;
type Absence = keyof typeof absences;

export const states = [
  'waiting',
  'ended',
  'ended later',
  'completed',
  'phase 1',
  'phase 2',
  'phase 3',
] as const;

export interface Pupil {
  readonly school: number;
  readonly mentor: number | undefined;
  readonly eligible: boolean;
  readonly consented: boolean;
  readonly state: (typeof states)[number];
  readonly before: Absence;
  readonly after: Absence;
}

/** Two regions with two areas each, and two schools in each area. */
const SCHOOLS = 8;
export const areaOf = (school: number): string => `area-${String(Math.floor(school / 2))}`;
export const regionOf = (school: number): string => (school < SCHOOLS / 2 ? 'North West' : 'South East');
export const urn = (school: number): string => `99040${String(school)}`;

const pupil: fc.Arbitrary<Pupil> = fc
  .record({
    school: fc.oneof(fc.nat(SCHOOLS - 1), fc.nat(2)),
    mentored: fc.nat(4).map((n) => n > 0),
    second: fc.nat(3).map((n) => n === 0),
    elsewhere: fc.nat(9).map((n) => n === 0),
    eligible: fc.nat(5).map((n) => n > 0),
    consented: fc.nat(5).map((n) => n > 0),
    state: fc.oneof(fc.constantFrom(...states), fc.constantFrom(...states.slice(3))),
    before: fc.oneof(
      fc.constantFrom('none', 'persistent', 'severe'),
      fc.constant('persistent'),
    ) as fc.Arbitrary<Absence>,
    after: fc.constantFrom('none', 'none', 'persistent', 'severe') as fc.Arbitrary<Absence>,
  })
  .map(({ mentored, second, elsewhere, state, eligible, consented, ...rest }) => {
    const at = elsewhere ? (rest.school + 1) % SCHOOLS : rest.school;
    return mentored
      ? { ...rest, mentor: 2 * at + Number(second), eligible: true, consented: true, state }
      : { ...rest, mentor: undefined, eligible, consented, state: state === 'ended' ? state : 'waiting' };
  });

export const pupilsOf = fc
  .integer({ min: 20, max: 260 })
  .chain((size) => fc.array(pupil, { minLength: size, maxLength: size }));

const marksOf = ({ from }: { readonly from: string }, absence: Absence) =>
  Array.from({ length: 14 }, (_, index) => new Date(Date.parse(from) + index * 86_400_000))
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .map((day, index) => {
      const [am, pm] = [2 * index, 2 * index + 1].map((session) => session < absences[absence]);
      const on = day.toISOString().slice(0, 10);
      return { on, am: am ? 'O' : '/', pm: pm ? 'O' : '\\', at: `${on}T16:00:00Z` };
    });

export const mentorId = (mentor: number): string => `M-${String(mentor).padStart(2, '0')}`;

/** The rows that views have of these pupils. */
export function rowsOf(pupils: readonly Pupil[]) {
  const outcomes: Record<string, object> = {};
  const progress: Record<string, PhaseProgressRow> = {};
  const registers: Record<string, object> = {};
  const cases: Record<string, object> = {};
  pupils.forEach((each, index) => {
    const [id, journey] = [`pupil-${String(index)}`, `journey-${String(index)}`];
    const placed = {
      ...{ programme: PROGRAMME, school: urn(each.school) },
      ...(each.mentor !== undefined && { mentor: mentorId(each.mentor) }),
    };
    const began = !['waiting', 'ended'].includes(each.state);
    const phase = each.state.startsWith('phase') ? Number(each.state.at(-1)) : 1;
    const pages = written({}, [...marksOf(baseline, each.before), ...marksOf(followUp, each.after)]);
    const kpi: JourneyKpi = {
      ...{ ...placed, referred: '2025-09-19' },
      ...(each.eligible && { eligible: '2025-10-25' }),
      ...(each.consented && { consented: '2025-10-26' }),
      ...(each.mentor !== undefined && { allocated: '2025-10-27' }),
      ...(each.state === 'completed' && { completed: '2026-02-10' }),
      sessions: began ? { s: { on: '2025-11-10', minutes: 60 } } : {},
    };
    outcomes[id] = { journeys: { [journey]: kpi }, pages };
    registers[`${id}@${placed.school}`] = { pupil: id, school: placed.school, pages };
    cases[journey] = { ...placed, pupil: id };
    const state = each.state.startsWith('ended')
      ? 'ended'
      : each.state.startsWith('phase')
        ? 'going on'
        : each.state;
    progress[journey] = {
      ...{ ...placed, phase, phases: ['One', 'Two', 'Three'], held: began ? { s: phase } : {} },
      state: state as PhaseProgressRow['state'],
    };
  });
  const school = (n: number) => ({
    ...{ name: urn(n), area: areaOf(n), areaName: areaOf(n), region: regionOf(n), localAuthorityCode: '890' },
    ...{ localAuthority: areaOf(n), establishmentNumber: '4401', phase: 'Secondary', status: 'Open' },
  });
  const numbered = <Row>(count: number, key: (n: number) => string, row: (n: number) => Row) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [key(n), row(n)]));
  const rows: readonly ViewRows[] = [
    [pupilOutcomes, outcomes],
    [phaseProgress, progress],
    [attendance, registers],
    [caseloads, cases],
    [schools, numbered(SCHOOLS, urn, school) as Record<string, object>],
    [
      mentors,
      numbered(2 * SCHOOLS, mentorId, (n) => ({
        ...{
          programme: PROGRAMME,
          area: areaOf(n >> 1),
          school: urn(n >> 1),
          from: '2025-09-01',
          caseload: 0,
        },
      })),
    ],
    [
      programmes,
      {
        [PROGRAMME]: {
          ...{ name: PROGRAMME, baseline, followUp, caseloadCap: 25, terms: [], closures: [] },
          eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
          deliveryModel: { version: 1, phases: ['One', 'Two', 'Three'] },
        },
      },
    ],
  ];
  return rowReader(...rows);
}

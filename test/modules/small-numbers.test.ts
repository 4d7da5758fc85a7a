import { rowReader, type ViewRows } from '@test/support/questions';
import { LinearBounds, type Sum } from '@test/support/linear-bounds';
import fc from 'fast-check';
import type { Grant } from '@waymark/core/access';
import { Reach } from '@waymark/core/access';
import { rulesFor } from '@waymark/governance/access';
import { written } from '@waymark/modules/attendance';
import { attendance } from '@waymark/modules/attendance/views/registers';
import { attendanceFor } from '@waymark/modules/insights/questions/attendance';
import { getAttendance } from '@waymark/modules/insights/questions/attendance';
import { getKpis, kpisFor } from '@waymark/modules/insights/questions/kpis';
import { phaseProgressFor } from '@waymark/modules/insights/questions/phase-progress';
import { type JourneyKpi, pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { phaseProgress, type PhaseProgressRow } from '@waymark/modules/journey/views/phase-progress';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import type { Rights } from '@waymark/core/kernel';

/*
 * An attack on suppressed numbers. From everything that one principal is answered about the same pupils, a linear program
 * works out the smallest and the largest possible value of each suppressed number.
 */

jest.setTimeout(120_000);

const PROGRAMME = 'ampe-2025-11';
const SEED = Number(process.env['WAYMARK_SEED'] ?? 20_261_128);
const WORLDS = Number(process.env['WAYMARK_WORLDS'] ?? 12);
const window = (from: string, to: string) => ({ from, to });
const baseline = window('2025-09-03', '2025-09-16');
const followUp = window('2025-11-03', '2025-11-14');

/** Absence in a window of 20 sessions. */
const absences = { none: 0, persistent: 4, severe: 12 } as const;
type Absence = keyof typeof absences;

const states = ['waiting', 'ended', 'ended later', 'completed', 'phase 1', 'phase 2', 'phase 3'] as const;

interface Pupil {
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
const areaOf = (school: number): string => `area-${String(Math.floor(school / 2))}`;
const regionOf = (school: number): string => (school < SCHOOLS / 2 ? 'North West' : 'South East');
const urn = (school: number): string => `99040${String(school)}`;

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

const pupilsOf = fc
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

const mentorId = (mentor: number): string => `M-${String(mentor).padStart(2, '0')}`;

/** The rows that views have of these pupils. */
function rowsOf(pupils: readonly Pupil[]) {
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

/** A number in an answer: which pupils it counts, and its value; null if it is suppressed. */
interface Cell {
  readonly name: string;
  readonly counts: (pupil: Pupil) => boolean;
  readonly value: number | null;
}

const began = ({ state }: Pupil): boolean => !['waiting', 'ended'].includes(state);

/** What each field counts. */
const fields: Readonly<Record<string, (pupil: Pupil) => boolean>> = {
  referred: () => true,
  eligible: ({ eligible }) => eligible,
  consented: ({ consented }) => consented,
  allocated: ({ mentor }) => mentor !== undefined,
  started: began,
  completed: ({ state }) => state === 'completed',
  waiting: ({ state }) => state === 'waiting',
  ended: ({ state }) => state.startsWith('ended'),
  ...Object.fromEntries(
    [1, 2, 3].map((n) => [`phase ${String(n)}`, ({ state }: Pupil) => state === `phase ${String(n)}`]),
  ),
  pupils: () => true,
  ...Object.fromEntries(
    (['before', 'after'] as const).flatMap((when) => [
      [`${when} persistentPupils`, (each: Pupil) => each[when] !== 'none'],
      [`${when} severePupils`, (each: Pupil) => each[when] === 'severe'],
      [`${when} eligiblePupils`, (each: Pupil) => each[when] === 'persistent'],
    ]),
  ),
};

const memberOf: Readonly<Record<string, (pupil: Pupil) => string | undefined>> = {
  region: ({ school }) => regionOf(school),
  area: ({ school }) => areaOf(school),
  school: ({ school }) => urn(school),
  mentor: ({ mentor }) => (mentor === undefined ? undefined : mentorId(mentor)),
  programme: () => PROGRAMME,
};

type Fields = Readonly<Record<string, unknown>>;

/** Everything that a principal is answered. */
async function cellsFor(pupils: readonly Pupil[], as: readonly Grant[], smallBelow: number): Promise<Cell[]> {
  const rows = rowsOf(pupils);
  const sources = (by: Rights) => ({
    reach: new Reach({ id: 'attacker', grants: as }, rulesFor(by)),
    kept: <Result>(_: object, work: (from: typeof rows) => Promise<Result>) => work(rows),
    scopesOf: () => Promise.resolve([]),
    published: { localAuthorities: new Map<string, never>(), regions: new Map<string, never>() },
    disclosure: { smallBelow, leastPossible: 1 },
  });
  const cells: Cell[] = [];
  const add = (by: string, key: string, field: string, value: unknown): void => {
    const [isMember, counted] = [memberOf[by]!, fields[field]!];
    const counts = (each: Pupil): boolean => isMember(each) === key && counted(each);
    cells.push({ name: `${by} ${key} ${field}`, counts, value: value as number | null });
  };
  const addTotals = (by: string, key: string, when: string, totals: Fields): void => {
    add(by, key, 'pupils', totals['pupils']);
    for (const field of ['persistentPupils', 'severePupils', 'eligiblePupils'])
      add(by, key, `${when} ${field}`, totals[field]);
  };
  const figures = sources(getKpis.by);
  for (const by of ['region', 'area', 'school', 'mentor'] as const) {
    for (const kpis of await kpisFor(figures, { by })) {
      for (const step of ['referred', 'eligible', 'consented', 'allocated', 'started', 'completed'] as const)
        add(by, kpis.key, step, kpis[step]);
      addTotals(by, kpis.key, 'before', kpis.baseline);
      addTotals(by, kpis.key, 'after', kpis.followUp);
    }
  }
  for (const by of ['programme', 'area', 'school', 'mentor'] as const) {
    for (const { key, phases, ...progress } of await phaseProgressFor(figures, { by })) {
      for (const field of ['waiting', 'completed', 'ended'] as const) add(by, key, field, progress[field]);
      for (const { phase, pupils: inPhase } of phases) add(by, key, `phase ${String(phase)}`, inPhase);
    }
  }
  if (as.some(({ role }) => role === 'operations')) return cells;
  for (const by of ['region', 'area', 'school'] as const) {
    for (const [when, period] of [
      ['before', baseline],
      ['after', followUp],
    ] as const)
      for (const totals of await attendanceFor(sources(getAttendance.by), { by, ...period }))
        addTotals(by, totals.key, when, totals as unknown as Fields);
  }
  return cells;
}

const isSmall = (value: number, smallBelow: number): boolean => value > 0 && value < smallBelow;

/** The small numbers that are worked out from the numbers that are given. */
function recovered(pupils: readonly Pupil[], cells: readonly Cell[], smallBelow: number): string[] {
  const hidden = cells.filter(
    ({ value, counts }) => value === null && isSmall(pupils.filter(counts).length, smallBelow),
  );
  const found: string[] = [];
  for (const concerned of [steps, before, after, progress]) {
    const some = hidden.filter(({ name }) => concerned.fields.some((field) => name.endsWith(` ${field}`)));
    if (some.length === 0) continue;
    const { bounds, sumOf } = systemOf(pupils, cells, concerned);
    for (const cell of some) {
      const [least, most] = bounds.of(sumOf(cell));
      if (Math.floor(most + 1e-4) <= Math.ceil(least - 1e-4)) found.push(`${cell.name} = ${String(least)}`);
    }
  }
  return [...new Set(found)];
}

/** Numbers that are related to each other, and the kinds of pupil that they distinguish. */
interface Concerned {
  readonly fields: readonly string[];
  readonly kind: (pupil: Pupil) => string;
}
const everybody = ['referred', 'pupils', 'allocated'];
const steps: Concerned = {
  fields: [...everybody, 'eligible', 'consented'],
  kind: ({ eligible, consented }) => `${String(eligible)} ${String(consented)}`,
};
const absence = (when: 'before' | 'after'): Concerned => ({
  fields: [
    ...everybody,
    ...['persistentPupils', 'severePupils', 'eligiblePupils'].map((field) => `${when} ${field}`),
  ],
  kind: (each) => each[when],
});
const [before, after] = [absence('before'), absence('after')];
const progress: Concerned = {
  fields: [...everybody, 'started', 'completed', 'waiting', 'ended', 'phase 1', 'phase 2', 'phase 3'],
  kind: ({ state }) => state,
};

/** The linear program: one unknown for each kind of pupil of each mentor at each school. */
function systemOf(pupils: readonly Pupil[], cells: readonly Cell[], { fields: related, kind }: Concerned) {
  const places = new Map(pupils.map((each) => [`${String(each.school)} ${String(each.mentor)}`, each]));
  const examples: Pupil[] = [];
  // An attacker knows that a pupil with a mentor is eligible and has consented, and that one without has not started.
  const possible = (each: Pupil): boolean =>
    each.mentor === undefined ? !began(each) : each.eligible && each.consented;
  for (const place of places.values())
    for (const eligible of [true, false])
      for (const consented of [true, false])
        for (const state of states)
          for (const when of ['none', 'persistent', 'severe'] as const) {
            const each = { ...place, eligible, consented, state, before: when, after: when };
            if (possible(each)) examples.push(each);
          }
  const unknowns = [
    ...new Map(
      examples.map((each) => [`${String(each.school)} ${String(each.mentor)} ${kind(each)}`, each]),
    ).values(),
  ];
  const sumOf = ({ counts }: Cell): Sum =>
    new Map(unknowns.flatMap((each, index) => (counts(each) ? [[index, 1] as const] : [])));
  const given = cells.filter(
    ({ name, value }) => value !== null && related.some((field) => name.endsWith(` ${field}`)),
  );
  const distinct = new Map(given.map((cell) => [[...sumOf(cell).keys()].join(), cell]));
  const equations = [...distinct.values()].map((cell) => [sumOf(cell), cell.value!] as const);
  return { bounds: new LinearBounds(unknowns.length, equations), sumOf };
}

const attackers: readonly (readonly [string, readonly Grant[]])[] = [
  ['an evaluator', [{ role: 'evaluator', programme: PROGRAMME }]],
  ['a regional director', [{ role: 'regional-director', region: 'North West' }]],
  ['operations staff', [{ role: 'operations' }]],
];

const worlds = fc.sample(pupilsOf, { seed: SEED, numRuns: WORLDS });

describe.each([5, 10])('numbers below %i', (smallBelow) => {
  it.each(attackers)(`cannot be worked out by %s (seed ${String(SEED)})`, async (_, as) => {
    const found: string[] = [];
    let [given, suppressed] = [0, 0];
    for (const [index, pupils] of worlds.entries()) {
      const cells = await cellsFor(pupils, as, smallBelow);
      for (const cell of cells) {
        const value = pupils.filter(cell.counts).length;
        if (cell.value === null) suppressed += 1;
        else {
          given += 1;
          expect([cell.name, cell.value, isSmall(value, smallBelow)]).toEqual([cell.name, value, false]);
        }
      }
      found.push(...recovered(pupils, cells, smallBelow).map((what) => `world ${String(index)}: ${what}`));
    }
    expect(found).toEqual([]);
    // Neither is everything given, nor everything suppressed.
    expect(Math.min(given, suppressed)).toBeGreaterThan(WORLDS * 20);
  });
});

it('would be worked out if only the small numbers themselves were suppressed', async () => {
  const smallBelow = 10;
  let found = 0;
  for (const pupils of worlds.slice(0, 8)) {
    const all = await cellsFor(pupils, attackers[0]![1], 1);
    const cells = all.map((cell) => (isSmall(cell.value!, smallBelow) ? { ...cell, value: null } : cell));
    found += recovered(pupils, cells, smallBelow).length;
  }
  expect(found).toBeGreaterThan(50);
});

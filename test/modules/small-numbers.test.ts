import { LinearBounds, type Sum } from '@test/support/linear-bounds';
import {
  areaOf,
  baseline,
  followUp,
  mentorId,
  PROGRAMME,
  type Pupil,
  pupilsOf,
  regionOf,
  rowsOf,
  states,
  urn,
} from '@test/support/random-pupils';
import fc from 'fast-check';
import { type Grant, Reach } from '@waymark/core/access';
import { rulesFor } from '@waymark/governance/access';
import { attendanceFor, getAttendance } from '@waymark/modules/insights/questions/attendance';
import { getKpis, kpisFor } from '@waymark/modules/insights/questions/kpis';
import { phaseProgressFor } from '@waymark/modules/insights/questions/phase-progress';
import type { Rights } from '@waymark/core/kernel';

/*
 * An attack on suppressed numbers. From everything that one principal is answered about the same pupils, a linear program
 * works out the smallest and the largest possible value of each suppressed number.
 */

jest.setTimeout(120_000);

const SEED = Number(process.env['WAYMARK_SEED'] ?? 20_261_128);
const WORLDS = Number(process.env['WAYMARK_WORLDS'] ?? 12);

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

import { rmSync } from 'node:fs';
import type { Grant, Principal } from '@waymark/core/access';
import { reachFor, rights } from '@waymark/governance/access';
import { type exportKinds } from '@waymark/modules/exports';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import { questions } from '../../apps/api/questions/questions';
import {
  DAYS,
  furnished,
  mentorId,
  programmeOf,
  schools,
  SEED,
  urn,
  type World,
  worlds,
} from './random-world';
import { readWhole } from '../support/events';

/*
 * In random worlds, compares the rows of lists with the questions that show one record, sums with rows, and looks for what an
 * evaluator may not see.
 */

jest.setTimeout(240_000);

const evaluator: Grant = { role: 'evaluator', programme: programmeOf(0) };
const principals: readonly (readonly Grant[])[] = [
  ...schools.map((n): Grant[] => [{ role: 'mentor', mentor: mentorId(n) }]),
  ...schools.map((n): Grant[] => [{ role: 'school-lead', school: urn(n) }]),
  ...['blackpool', 'hastings'].map((area): Grant[] => [{ role: 'area-manager', area }]),
  ...['North West', 'South East'].map((region): Grant[] => [{ role: 'regional-director', region }]),
  [{ role: 'programme-administrator', programme: programmeOf(0) }],
  [evaluator],
  [evaluator, { role: 'mentor', mentor: mentorId(0) }],
  [{ role: 'data-protection-officer' }],
];
const named = (grants: readonly Grant[]): Principal => ({
  id: grants.map(({ role }) => role).join('-'),
  grants,
});
const texts = (items: readonly Readonly<Record<string, unknown>>[] | undefined, field: string): string[] =>
  (items ?? []).map((item) => String(item[field])).sort();

let made: World[];
beforeAll(async () => {
  made = [];
  for (const pupils of worlds) made.push(await furnished(pupils));
});

afterAll(async () => {
  for (const { platform } of made) {
    await platform.close();
    rmSync(platform.data, { recursive: true });
  }
});

describe(`each row of a list (seed ${String(SEED)})`, () => {
  it.each(principals.map((grants) => [named(grants).id, grants] as const))(
    'is shown to %s exactly if the single record would be (%#)',
    async (_, grants) => {
      const principal = named(grants);
      for (const { platform, ask, ids, exported, leftOut } of made) {
        const answered = new Set<string>();
        for (const { journey } of ids)
          if (await ask(principal, 'GetJourney', { id: journey })) answered.add(journey);
        const factsOf = (journey: string) => platform.submitter.facts<JourneyFacts>('journey', journey);
        for (const n of schools) {
          const caseload = await ask(principal, 'GetCaseload', { mentorId: mentorId(n) });
          if (!caseload) continue;
          const expected: string[] = [];
          for (const journey of answered) {
            const facts = await factsOf(journey);
            if (facts?.mentor === mentorId(n) && !facts.ended) expected.push(journey);
          }
          expect([mentorId(n), texts(caseload.items, 'journey')]).toEqual([mentorId(n), expected.sort()]);
          expect(caseload['pupils']).toBe(expected.length);
          const reminded = JSON.stringify(caseload['reminders'] ?? {});
          for (const { journey } of ids) if (!answered.has(journey)) expect(reminded).not.toContain(journey);
        }
        const rows = texts((await ask(principal, 'GetAttendance', { by: 'pupil', ...DAYS }))?.items, 'key');
        const mayAskForPupils = grants.every(({ role }) => rights.get('GetPupil')![role] !== undefined);
        for (const { pupil, journey } of ids) {
          const single = mayAskForPupils
            ? (await ask(principal, 'GetPupil', { id: pupil })) !== undefined
            : answered.has(journey) ||
              // A regional director reaches pupils by their school too, but has no question about one pupil.
              reachFor(principal, 'GetAttendance').reaches(await platform.scopesOf('pupil', pupil), pupil);
          if (!single) expect([pupil, rows.includes(pupil)]).toEqual([pupil, false]);
          // A mentor may ask for an ended journey, but its pupil is not in the mentor's list of attendance.
          if (answered.has(journey) && grants.every((grant) => grant === evaluator))
            expect([pupil, rows.includes(pupil)]).toEqual([pupil, true]);
        }
        if (grants.some(({ role }) => rights.get('RequestExport')![role] === undefined)) continue;
        const timelines = new Set(texts(await exported(principal, 'timeline'), 'journey'));
        expect([...timelines]).toEqual([...answered].filter((journey) => !leftOut.has(journey)).sort());
        expect(texts(await exported(principal, 'attendance', { by: 'pupil', ...DAYS }), 'key')).toEqual(
          rows.filter((pupil) => !leftOut.has(pupil)),
        );
        const reminders = JSON.stringify(await exported(principal, 'reminders'));
        for (const { journey } of ids)
          if (!answered.has(journey) || leftOut.has(journey)) expect(reminders).not.toContain(journey);
      }
    },
  );
});

/** Lists with a question that shows one of their records: its name and parameter, the id in a row, and the orders. */
const lists: Readonly<
  Record<string, readonly [single: string, part: string, field: string, sort: string[]]>
> = {
  ListProgrammes: ['GetProgramme', 'id', 'id', []],
  ListSchools: ['GetSchool', 'urn', 'urn', ['urn', 'name']],
  ListMentors: ['GetMentor', 'id', 'id', []],
  ListJourneys: ['GetJourney', 'id', 'journey', ['id', 'school', 'year']],
  ListPupils: ['GetPupil', 'id', 'id', []],
};

describe('a list of records', () => {
  it('is compared here with the question that shows one of them', () => {
    const withSingle = questions.filter(({ path }) =>
      questions.some((other) => other.path.replace(/:\w+$/, '') === `${path}/`),
    );
    // Imports belong to the person who sent them. People lie in no scope, and these worlds have none.
    const expected = withSingle
      .map(({ name }) => name)
      .filter((name) => !['ListImports', 'ListPeople'].includes(name));
    expect(Object.keys(lists).sort()).toEqual(expected.sort());
  });

  it.each(Object.keys(lists))('%s has the rights of the question that shows one record', (list) => {
    expect(rights.get(list)).toEqual(rights.get(lists[list]![0]));
  });

  it.each(Object.keys(lists))(
    '%s has exactly the records that are shown one by one, in any page',
    async (list) => {
      const [single, part, field, orders] = lists[list]!;
      let shown = 0;
      for (const { ask, ids } of made) {
        const all = [
          ...ids.flatMap(({ pupil, journey }) => [pupil, journey]),
          ...schools.flatMap((n) => [urn(n), mentorId(n)]),
          ...[programmeOf(0), programmeOf(1)],
        ];
        for (const grants of principals) {
          const principal = named(grants);
          const expected: string[] = [];
          for (const id of all) if (await ask(principal, single, { [part]: id })) expected.push(id);
          shown += expected.length;
          for (const sort of [{}, ...orders.map((order) => ({ sort: order }))]) {
            const found: string[] = [];
            let after: object | undefined = {};
            while (after) {
              const page = await ask(principal, list, { ...sort, ...after, limit: 3 });
              found.push(...(page?.items ?? []).map((item) => String(item[field])));
              after = page?.['next'] === undefined ? undefined : { after: page['next'] };
            }
            expect([principal.id, sort, found.sort()]).toEqual([principal.id, sort, expected.sort()]);
          }
        }
      }
      expect(shown).toBeGreaterThan(0);
    },
  );
});

describe('an evaluator', () => {
  const reader = named([evaluator]);
  const by = (groups: readonly string[]) => groups.map((by) => ({ by }));

  /** Everything that an evaluator is answered, and every file. */
  async function everything({ ask, exported, ids }: World): Promise<Map<string, unknown>> {
    const asked: readonly (readonly [name: string, parameters: readonly object[]])[] = [
      ['GetJourney', ids.flatMap(({ journey }) => [{ id: journey }, { id: journey, asOf: '2025-12-01' }])],
      ['GetTimeline', ids.flatMap(({ journey }) => [{ id: journey }, { id: journey, limit: 2 }])],
      ['GetCaseload', schools.map((n) => ({ mentorId: mentorId(n) }))],
      ['GetMe', [{}]],
      ['GetReference', [{}]],
      ['ListProgrammes', [{}]],
      ['GetProgramme', [{ id: programmeOf(0) }]],
      ['ListSchools', [{}]],
      ['GetSchool', schools.map((n) => ({ urn: urn(n) }))],
      ['ListAreas', [{}]],
      ['ListRegions', [{}]],
      ['ListMentors', [{}]],
      ['GetMentor', schools.map((n) => ({ id: mentorId(n) }))],
      ['ListJourneys', [{}, { programme: programmeOf(0) }, { sort: 'year' }]],
      ['GetKpis', by(['region', 'area', 'school', 'mentor'])],
      ['GetPhaseProgress', by(['programme', 'area', 'school', 'mentor'])],
      ['GetAttendance', by(['pupil', 'school', 'area', 'region']).map((group) => ({ ...group, ...DAYS }))],
    ];
    const mayAsk = questions
      .filter((question) => question.by.evaluator !== undefined)
      .map(({ name }) => name);
    expect(asked.map(([name]) => name).sort()).toEqual(mayAsk.sort());
    const found = new Map<string, unknown>();
    for (const [name, parameters] of asked)
      for (const each of parameters) {
        const answer = await ask(reader, name, each);
        if (answer) found.set(`${name} ${JSON.stringify(each)}`, answer);
      }
    const files: Readonly<Record<keyof typeof exportKinds, readonly object[]>> = {
      ...{ kpis: by(['school', 'mentor']), 'phase-progress': by(['school', 'mentor']) },
      attendance: by(['pupil', 'area']).map((group) => ({ ...group, ...DAYS })),
      ...{ timeline: [{}], reminders: [{}] },
    };
    for (const [kind, parameters] of Object.entries(files))
      for (const each of parameters)
        found.set(
          `${kind} ${JSON.stringify(each)}`,
          await exported(reader, kind as keyof typeof exportKinds, each),
        );
    return found;
  }

  it('is shown nothing of pupils who are left out of research', async () => {
    let left = 0;
    for (const world of made) {
      left += world.leftOut.size;
      for (const [what, answer] of await everything(world))
        for (const id of world.leftOut)
          expect([what, JSON.stringify(answer).includes(id)]).toEqual([what, false]);
    }
    expect(left).toBeGreaterThan(0);
  });

  it('gets sums over exactly the pupils who are shown one by one', async () => {
    for (const { ask, exported, ids } of made) {
      const answered: string[] = [];
      for (const { journey } of ids)
        if (await ask(reader, 'GetJourney', { id: journey })) answered.push(journey);
      const sum = (rows: readonly Readonly<Record<string, unknown>>[], ...names: string[]): number =>
        rows.flatMap((row) => names.map((name) => Number(row[name]))).reduce((a, b) => a + b, 0);
      const attendance = async (group: string) =>
        (await ask(reader, 'GetAttendance', { by: group, ...DAYS }))!.items!;
      const pupils = await attendance('pupil');
      for (const group of ['school', 'area', 'region'])
        for (const field of ['possible', 'attended', 'authorised', 'unauthorised', 'late'])
          expect([group, field, sum(await attendance(group), field)]).toEqual([
            group,
            field,
            sum(pupils, field),
          ]);
      expect(sum(await exported(reader, 'attendance', { by: 'area', ...DAYS }), 'possible')).toBe(
        sum(pupils, 'possible'),
      );
      for (const group of ['school', 'area', 'region'])
        expect(sum((await ask(reader, 'GetKpis', { by: group }))!.items!, 'referred')).toBe(answered.length);
      for (const group of ['school', 'area', 'programme']) {
        const { items } = (await ask(reader, 'GetPhaseProgress', { by: group }))!;
        const inPhases = items!.flatMap(
          ({ phases }) => phases as readonly Readonly<Record<string, unknown>>[],
        );
        expect(sum(items!, 'waiting', 'completed', 'ended') + sum(inPhases, 'pupils')).toBe(answered.length);
      }
    }
  });

  it('sees neither who recorded something nor when or in what order', async () => {
    const hidden = [
      'position',
      'revision',
      'correlation',
      'causation',
      'command',
      'actor',
      'event',
      'hash',
      'chain',
    ];
    for (const world of made) {
      const recorded = await readWhole(world.platform.events);
      const ids = new Set(
        recorded.flatMap(({ id, metadata: { command, correlation, causation } }) => [
          ...[id, command.id, correlation, causation],
        ]),
      );
      for (const [what, answer] of await everything(world)) {
        const text = JSON.stringify(answer);
        for (const [, name] of text.matchAll(/"(\w+)":/g))
          expect([what, hidden.includes(name!)]).toEqual([what, false]);
        for (const [uuid] of text.matchAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g))
          expect([what, uuid, ids.has(uuid)]).toEqual([what, uuid, false]);
        expect([what, /\dT\d\d:\d\d/.exec(text)?.[0]]).toEqual([what, undefined]);
        expect([what, text.includes('office')]).toEqual([what, false]);
      }
    }
  });

  it('cannot find the time of a recording by asking what was known before it', async () => {
    const { platform, ask, ids } = made[0]!;
    const known: string[] = [];
    for (const { journey } of ids) if (await ask(reader, 'GetJourney', { id: journey })) known.push(journey);
    const [recorded] = await platform.events.readStream(`journey-${known[0]!}`);
    const day = recorded!.metadata.recordedAt.slice(0, 10);
    const answers = await Promise.all(
      ['T00:00:00Z', 'T12:30:00Z', 'T23:59:59Z'].map((time) =>
        ask(reader, 'GetJourney', { id: known[0]!, asKnownAt: `${day}${time}` }),
      ),
    );
    expect(answers).toEqual([undefined, undefined, undefined]);
  });
});

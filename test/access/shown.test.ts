import { randomUUID } from 'node:crypto';
import type { Role } from '@waymark/core/kernel';
import { valid } from '@waymark/core/fields';
import { sourceFiles } from '@waymark/core/imports';
import { erase } from '@waymark/governance/privacy';
import { ContestUpn } from '@waymark/modules/disputes';
import { exportKindNames } from '@waymark/modules/exports';
import { Importer } from '@waymark/modules/imports/importer';
import { packageFile } from '@waymark/platform';
import { openApi } from '../../apps/api/openapi/document';
import { questions } from '../../apps/api/questions/questions';
import { eventually } from '../api/client';
import { newEvent } from '../support/events';
import { furnish, partOf } from './parts';
import { other, own, type World, world } from './world';

/*
 * Goes through everything that can be read over HTTP. For each person whose id is in an answer, the access log must have
 * a new entry with the reader.
 */

jest.setTimeout(120_000);

const IMPORT = '4f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b10';
const DAYS = 'from=2025-09-01&to=2025-10-24';

let served: World;
/** The journey of a referral that no view can fold. */
const PARKED = '5f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b12';
/** A pupil who was erased. */
const ERASED = partOf(3).pupil;
/** The pupil whose record has an id. */
const pupils = new Map([
  ...[own, other].flatMap(({ pupil, journey }) => [[pupil, pupil] as const, [journey, pupil] as const]),
  [PARKED, other.pupil],
  [ERASED, ERASED],
]);
const staff: string[] = [];

beforeAll(async () => {
  served = await world();
  const { platform } = served;
  const files = await sourceFiles([packageFile('data', 'sample', 'schools.csv')]);
  await new Importer(platform, IMPORT, files, { actor: 'office' }).run();
  await platform.stores.events.append(`journey-${PARKED}`, 'none', [
    newEvent('PupilReferred', {}, { subject: other.pupil }),
  ]);
  await furnish(platform, partOf(3), { upTo: 'pupil' });
  const contest = valid(ContestUpn, { upn: other.upn, school: own.school, reason: 'It is ours.' });
  const dispute = { module: 'dispute', id: randomUUID(), command: contest };
  await platform.submitter.submit({ ...dispute, actor: 'a lead' });
  await platform.settle();
  await erase(platform, { kind: 'pupil', id: ERASED, ground: 'NO_LONGER_NEEDED', actor: 'office' });
  for (const role of ['operations', 'data-protection-officer', 'evaluator'] as const) {
    await served.headersOf(role);
    const { id } = await platform.people.reader(`${role}-1`);
    staff.push(id);
  }
}, 60_000);

afterAll(() => served.close());

/** Paths of every question, by its name. */
const asked: Readonly<Record<string, () => readonly string[]>> = {
  GetPupil: () => [`pupils/${own.pupil}`],
  GetJourney: () => [`journeys/${own.journey}`, `journeys/${own.journey}?asOf=2025-09-20`],
  GetTimeline: () => [`journeys/${own.journey}/timeline`, `journeys/${own.journey}/timeline?limit=1`],
  GetCaseload: () => [`caseloads/${own.mentor}`],
  GetPhaseProgress: () => ['mentor', 'school', 'programme'].map((by) => `phase-progress?by=${by}`),
  GetKpis: () => ['mentor', 'school', 'region'].map((by) => `kpis?by=${by}`),
  GetAttendance: () => ['pupil', 'school'].map((by) => `attendance?by=${by}&${DAYS}`),
  ListImports: () => ['imports'],
  GetImport: () => [`imports/${IMPORT}`],
  ListRows: () => [`imports/${IMPORT}/rows`],
  GetPerson: () => staff.map((id) => `people/${id}`),
  GetReference: () => ['reference'],
  ListProgrammes: () => ['programmes'],
  GetProgramme: () => [`programmes/${own.programme}`],
  ListSchools: () => ['schools', 'schools?sort=name'],
  GetSchool: () => [`schools/${own.school}`],
  ListAreas: () => ['areas'],
  ListRegions: () => ['regions'],
  ListMentors: () => ['mentors', `mentors?school=${own.school}`],
  GetMentor: () => [`mentors/${own.mentor}`],
  ListJourneys: () => ['journeys', 'journeys?limit=1', `journeys?mentor=${own.mentor}`],
  ListPupils: () => ['pupils', 'pupils?yearGroup=8'],
  GetMe: () => ['me'],
  ListPeople: () => ['people', 'people?role=operations'],
  ListReads: () => [
    ...['reads', `reads?pupil=${own.pupil}`],
    ...['refused-claims', 'dry-runs'].map((entries) => `reads?entries=${entries}`),
  ],
  'disputes.ListDisputes': () => ['disputes', 'disputes?state=rejected'],
  GetRow: () => [
    ...['caseload', 'phase-progress'].map((view) => `views/${view}/${own.journey}`),
    ...['pupil-outcomes', 'pupils'].map((view) => `views/${view}/${own.pupil}`),
    ...['attendance', 'attendance-history'].map((view) => `views/${view}/${own.pupil}@${own.school}`),
    `views/caseload/${other.journey}?position=5`,
    `views/mentors/${own.mentor}`,
    `views/programmes/${own.programme}`,
  ],
};

/** Paths of all other routes that answer a GET request. */
const others: Readonly<Record<string, () => readonly string[]>> = {
  '/v1/operations/views': () => ['operations/views'],
  '/v1/operations/rebuilds': () => ['operations/rebuilds'],
  '/v1/operations/parked': () => ['operations/parked'],
  '/v1/jobs': () => ['jobs'],
  '/v1/jobs/{id}': () => [`jobs/${IMPORT}`],
  '/v1/privacy/erasures/{kind}/{id}/certificate': () => [`privacy/erasures/pupil/${ERASED}/certificate`],
  '/v1/privacy/retention': () => ['privacy/retention'],
  '/v1/privacy/subject-access/{kind}/{id}': () => [
    `privacy/subject-access/pupil/${own.pupil}`,
    `privacy/subject-access/mentor/${own.mentor}`,
  ],
  // Exports are tested below.
  '/v1/exports/{id}': () => [],
  '/v1/exports/{id}/file': () => [],
};

interface Shown {
  readonly status: number;
  readonly text: string;
  /** Pupils whose id, or that of whose journey, is in the answer. */
  readonly pupils: readonly string[];
  /** Persons for whom the access log has a new entry with this reader. */
  readonly recorded: readonly string[];
}

async function ask(role: Role, path: string, init: RequestInit = {}): Promise<Shown> {
  const { platform } = served;
  const headers = { ...(await served.headersOf(role)), 'content-type': 'application/json' };
  const { id } = await platform.people.reader(`${role}-1`);
  const head = await platform.events.head();
  const answer = await fetch(`${served.url}/v1/${path}`, { headers, ...init });
  const text = await answer.text();
  return { status: answer.status, text, pupils: pupilsIn(text), recorded: await recordedSince(head, id) };
}

const pupilsIn = (text: string): string[] => [
  ...new Set([...pupils].filter(([id]) => text.includes(id)).map(([, pupil]) => pupil)),
];

async function recordedSince(position: number, reader: string): Promise<string[]> {
  const { events } = await served.platform.events.readAll(position, 1_000, new Set(['RecordsRead']));
  return events
    .filter(({ metadata }) => metadata.actor === reader)
    .flatMap(({ data }) => (data as { readonly pupils: readonly string[] }).pupils);
}

const readers: readonly Role[] = ['data-protection-officer', 'operations', 'evaluator'];

/** Ask as each role, and compare. Returns the paths that were answered to some role. */
async function compare(paths: readonly string[], init?: RequestInit): Promise<Set<string>> {
  const answered = new Set<string>();
  for (const path of paths) {
    for (const role of readers) {
      const { status, text, recorded } = await ask(role, path, init);
      const shown = pupilsIn(text);
      expect([role, path, shown.filter((pupil) => !recorded.includes(pupil))]).toEqual([role, path, []]);
      if (status === 200) answered.add(path);
    }
  }
  return answered;
}

it('has a path for every question and every other route', () => {
  expect(Object.keys(asked).sort()).toEqual(questions.map(({ name }) => name).sort());
  const ofQuestions = new Set(questions.map(({ path }) => `/v1/${path.replaceAll(/:(\w+)/g, '{$1}')}`));
  const paths = Object.entries(openApi().paths as Record<string, Record<string, object>>);
  const left = paths
    .filter(([path, methods]) => methods['get'] && path.startsWith('/v1/') && !ofQuestions.has(path))
    .map(([path]) => path);
  expect(Object.keys(others).sort()).toEqual(left.sort());
});

it.each(Object.keys(asked))('%s is recorded for each pupil that it shows', async (name) => {
  expect(await compare(asked[name]!())).toEqual(new Set(asked[name]!()));
});

it.each(Object.keys(others))('%s is recorded for each pupil that it shows', async (path) => {
  await compare(others[path]!());
});

it('what is about a mentor or a member of staff is recorded for that person', async () => {
  const [officer] = [staff[1]!];
  const about: readonly (readonly [role: Role, path: string, person: string])[] = [
    ['evaluator', `caseloads/${own.mentor}`, own.mentor],
    ['evaluator', 'kpis?by=mentor', own.mentor],
    ['evaluator', 'mentors', own.mentor],
    ['evaluator', 'journeys', own.mentor],
    ['operations', `mentors/${own.mentor}`, own.mentor],
    ['operations', 'phase-progress?by=mentor', own.mentor],
    ['operations', `views/mentors/${own.mentor}`, own.mentor],
    ['data-protection-officer', `privacy/subject-access/mentor/${own.mentor}`, own.mentor],
    ['data-protection-officer', `privacy/erasures/pupil/${ERASED}/certificate`, ERASED],
    ['data-protection-officer', `people/${officer}`, officer],
    ['data-protection-officer', 'people', officer],
    ['data-protection-officer', `reads?person=${officer}`, officer],
  ];
  for (const [role, path, person] of about) {
    const { status, recorded } = await ask(role, path);
    expect([path, status, recorded.includes(person)]).toEqual([path, 200, true]);
  }
});

it('a refused request shows nobody', async () => {
  for (const path of [`journeys/${other.journey}`, `journeys/${randomUUID()}`, `caseloads/${other.mentor}`]) {
    const { status, pupils: shown, recorded } = await ask('evaluator', path);
    expect([path, status, shown, recorded]).toEqual([path, 403, [], []]);
  }
});

it('a row that cannot be folded is recorded too, because the error tells something about it', async () => {
  const { status, recorded } = await ask('operations', `views/caseload/${PARKED}`);
  expect([status, recorded]).toEqual([503, [other.pupil]]);
});

it('a retried event is recorded for the pupil of the row that is shown again', async () => {
  const parked = `operations/parked/caseload/${PARKED}`;
  const retried = await ask('operations', `${parked}/retry`, { method: 'POST' });
  expect(retried).toMatchObject({ status: 200, pupils: [other.pupil], recorded: [other.pupil] });
  await compare([`${parked}/skip`], { method: 'POST', body: JSON.stringify({ reason: 'Recorded twice' }) });
});

it.each(exportKindNames)(
  'the file of an export of %s is recorded for each pupil in it, and each mentor that it is about',
  async (kind) => {
    const { platform } = served;
    const days = { from: '2025-09-01', to: '2025-10-24' };
    const kinds: Readonly<Record<string, readonly object[]>> = {
      kpis: [{ by: 'mentor' }, { by: 'area' }],
      attendance: [
        { by: 'pupil', ...days },
        { by: 'school', ...days },
      ],
      'phase-progress': [{ by: 'mentor' }, { by: 'area' }],
      timeline: [{}],
      reminders: [{}],
    };
    const { id: reader } = await platform.people.reader('evaluator-1');
    const headers = { ...(await served.headersOf('evaluator')), 'content-type': 'application/json' };
    for (const parameters of kinds[kind]!) {
      const head = await platform.events.head();
      const body = JSON.stringify({ kind, ...(Object.keys(parameters).length > 0 && { parameters }) });
      const requested = await fetch(`${served.url}/v1/exports`, { method: 'POST', headers, body });
      const { id } = (await requested.json()) as { id: string };
      const file = await eventually(async () => {
        const answer = await fetch(`${served.url}/v1/exports/${id}/file`, { headers });
        return answer.status === 200 ? { text: await answer.text() } : undefined;
      });
      const mentors = Object.values(parameters).includes('mentor') ? [own.mentor] : [];
      expect((await recordedSince(head, reader)).sort()).toEqual([...pupilsIn(file.text), ...mentors].sort());
    }
  },
);

import { type Role, roles, type ActingRole } from '@waymark/core/kernel';
import { scopeKindOf } from '@waymark/core/access';
import { demandRights, reachFor, rights, rightsTable } from '@waymark/governance/access';
import { type CommandRoute, commandRoutes } from '../../apps/api/commands/routes';
import { openApi } from '../../apps/api/openapi/document';
import { exampleOf } from '../../apps/api/openapi/schemas';
import { commandActions } from '../../apps/ops/rights';
import { documentedFetch } from '../support/documented';
import { overIn, type Part } from './parts';
import { other, own, type World, world } from './world';

/*
 * Compares the table of rights with the behaviour of the service: every role sends every command and every question, within
 * its own scope and outside it.
 */

let served: World;

beforeAll(async () => {
  served = await world();
}, 60_000);

afterAll(() => served.close());

const allows = (role: ActingRole, action: string, where: Part): boolean => {
  const right = rights.get(action)?.[role];
  return right === 'all' || (right === 'own' && where === own);
};

interface Answered {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
}

async function ask(role: Role, path: string, init: RequestInit = {}): Promise<Answered> {
  const headers = { ...(await served.headersOf(role)), ...(init.headers as Record<string, string>) };
  const answer = await documentedFetch(`${served.url}/v1/${path}`, { ...init, headers });
  const text = await answer.text();
  let code: string | undefined;
  try {
    ({ code } = JSON.parse(text) as { code?: string });
  } catch {
    // a file
  }
  return { status: answer.status, code, text };
}

const isRefused = ({ status, code }: Answered): boolean => status === 403 && code === 'NOT_ALLOWED';

describe('commands', () => {
  const routes: readonly CommandRoute[] = [...commandRoutes.values()].flatMap((each) => [...each.values()]);

  const idIn = (where: Part, module: string): string =>
    ({
      ...{ journey: where.journey, pupil: where.pupil, attendance: where.pupil, mentor: where.mentor },
      ...{ school: where.school, programme: where.programme },
    })[module] ?? '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c';

  /** A valid body that names the things of this part. */
  const bodyIn = (where: Part, { type }: CommandRoute, role: Role): object => {
    const body = exampleOf(type);
    const named = { ...where, ...(type.name === 'RegisterSchool' && { area: where.areaName }) };
    const own = Object.keys(body).filter((field) => field in named && field !== 'upn' && field !== 'to');
    const of = Object.fromEntries(own.map((field) => [field, named[field as keyof Part]]));
    if (type.name !== 'AssignRole') return { ...body, ...of };
    // Which roles may be given is tested elsewhere; here each role gives one that it may give.
    const given: Role = role === 'access-administrator' ? 'operations' : 'mentor';
    return { assignment: body['assignment'], role: given, ...overIn(where, given), from: '2025-09-01' };
  };

  it.each(roles)('of %s are carried out only where the role allows them', async (role) => {
    const wrong: string[] = [];
    for (const route of routes) {
      for (const where of [own, other]) {
        const path = `${route.module.plural}/${idIn(where, route.module.name)}/${route.name}`;
        const answer = await ask(role, path, {
          method: 'POST',
          // No record has this revision, so that an allowed command changes nothing for the next one.
          headers: { 'content-type': 'application/json', 'if-match': '"999999"' },
          body: JSON.stringify(bodyIn(where, route, role)),
        });
        const may = mayAt(role, route, where);
        const whose = where === own ? 'own' : 'other';
        if (isRefused(answer) === may || answer.status === 401 || answer.status >= 500)
          wrong.push(`${route.type.name} ${whose}: ${String(answer.status)} ${String(answer.code)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  /** The assignment in the example does not exist and so lies in no scope: only a right to `all` can end it. */
  const mayAt = (role: Role, { action }: CommandRoute, where: Part): boolean => {
    if (action === 'EndRole') return rights.get(action)?.[role] === 'all';
    return allows(role, action, where);
  };
});

describe('questions', () => {
  const window = 'from=2025-09-01&to=2025-10-24';
  const of = (where: Part): Readonly<Record<string, string>> => ({
    GetJourney: `journeys/${where.journey}`,
    GetTimeline: `journeys/${where.journey}/timeline`,
    GetPupil: `pupils/${where.pupil}`,
    GetCaseload: `caseloads/${where.mentor}`,
    GetMentor: `mentors/${where.mentor}`,
  });

  it.each(roles)(
    'about a person are answered to %s only where allowed, without data that the role may not see',
    async (role) => {
      for (const where of [own, other]) {
        for (const [action, path] of Object.entries(of(where))) {
          const answer = await ask(role, path, { headers: { 'waymark-reason': 'to see what is shown' } });
          const may = allows(role, action, where);
          expect([role, action, answer.status]).toEqual([role, action, may ? 200 : 403]);
          const seesNames = may && allows(role, 'SeeNames', where);
          if (!seesNames)
            expect(answer.text).not.toMatch(new RegExp(`${where.surname}|${where.dateOfBirth}|Mentor of`));
          const seesUpn = may && action === 'GetPupil' && allows(role, 'SeeUpns', where);
          expect([role, action, answer.text.includes(where.upn)]).toEqual([role, action, seesUpn]);
          if (action === 'GetPupil' && seesNames) expect(answer.text).toContain(where.surname);
        }
      }
    },
  );

  it('include the UPN only if a reason is given', async () => {
    const { text } = await ask('data-protection-officer', `pupils/${own.pupil}`);
    expect(text).not.toContain(own.upn);
    expect(text).toContain(`"*${own.upn.slice(-3)}"`);
  });

  it.each(roles)('of %s for lists and figures contain no row outside the role’s scope', async (role) => {
    const lists: readonly (readonly [action: string, path: string])[] = [
      ...['region', 'area', 'school', 'mentor'].map((by) => ['GetKpis', `kpis?by=${by}`] as const),
      ...['programme', 'area', 'school', 'mentor'].map(
        (by) => ['GetPhaseProgress', `phase-progress?by=${by}`] as const,
      ),
      ...['pupil', 'school', 'area', 'region'].map(
        (by) => ['GetAttendance', `attendance?by=${by}&${window}`] as const,
      ),
    ];
    for (const [action, path] of lists) {
      const right = rights.get(action)?.[role];
      const { status, text } = await ask(role, path);
      expect([role, path, status]).toEqual([role, path, right === undefined ? 403 : 200]);
      if (right === undefined) continue;
      const { items } = JSON.parse(text) as { items: { key: string; referred?: number; pupils?: number }[] };
      const keys = items.map(({ key }) => key);
      const kind = /by=(\w+)/.exec(path)![1] as keyof Part;
      const seen = [own, other].filter((where) => keys.includes(where[kind]));
      if (right === 'all') expect([role, path, keys.length]).toEqual([role, path, 2]);
      else expect([role, path, seen.includes(other), keys.length <= 1]).toEqual([role, path, false, true]);
      // Figures do not include anyone outside the role's scope.
      for (const { referred = 1, pupils = 1 } of items) expect([referred, pupils]).toEqual([1, 1]);
    }
  });

  /** Lists of records, each with the field that names the record, and its name in a part. */
  const lists: readonly (readonly [action: string, path: string, field: string, kind: keyof Part])[] = [
    ['ListProgrammes', 'programmes', 'id', 'programme'],
    ['ListSchools', 'schools', 'urn', 'school'],
    ['ListAreas', 'areas', 'area', 'area'],
    ['ListRegions', 'regions', 'region', 'region'],
    ['ListMentors', 'mentors', 'id', 'mentor'],
    ['ListJourneys', 'journeys', 'journey', 'journey'],
    ['ListPupils', 'pupils', 'id', 'pupil'],
  ];

  it.each(lists)('%s is answered to each role with the records and names of its scope', async (...list) => {
    const [action, path, field, kind] = list;
    for (const role of roles) {
      const right = rights.get(action)?.[role];
      const { status, text } = await ask(role, path, {
        headers: { 'waymark-reason': 'to see what is shown' },
      });
      expect([role, status]).toEqual([role, right === undefined ? 403 : 200]);
      if (right === undefined) continue;
      const { items } = JSON.parse(text) as { items: Record<string, string>[] };
      const shown = right === 'all' ? [own[kind], other[kind]] : [own[kind]];
      expect([role, items.map((item) => item[field]).sort()]).toEqual([role, shown.sort()]);
      for (const where of [own, other]) {
        expect([role, text.includes(where.upn)]).toEqual([role, false]);
        if (allows(role, 'SeeNames', where)) continue;
        expect(text).not.toMatch(
          new RegExp(`${where.surname}|${where.dateOfBirth}|Mentor of ${where.areaName}`),
        );
      }
    }
  });

  it('return each role the figures of its scope', async () => {
    const keys = async (role: Role, path: string): Promise<string[]> =>
      (JSON.parse((await ask(role, path)).text) as { items: { key: string }[] }).items.map(({ key }) => key);
    expect(await keys('mentor', 'kpis?by=mentor')).toEqual([own.mentor]);
    expect(await keys('mentor', `attendance?by=pupil&${window}`)).toEqual([own.pupil]);
    expect(await keys('school-lead', 'kpis?by=school')).toEqual([own.school]);
    expect(await keys('area-manager', 'kpis?by=area')).toEqual([own.area]);
    // An area manager is shown no figure of the whole region.
    expect(await keys('area-manager', 'kpis?by=region')).toEqual([]);
    expect(await keys('regional-director', 'kpis?by=region')).toEqual([own.region]);
    expect(await keys('programme-administrator', 'kpis?by=region')).toEqual([own.region]);
    expect(await keys('evaluator', `attendance?by=pupil&${window}`)).toEqual([own.pupil]);
  });
});

describe('all other actions', () => {
  const view = 'operations/rebuilds/caseload/pause';
  const others: readonly (readonly [action: string, method: string, path: string])[] = [
    ['ListImports', 'GET', 'imports'],
    ['ListJobs', 'GET', 'jobs'],
    ['GetJob', 'GET', 'jobs/none'],
    ['CancelJob', 'POST', 'jobs/none/cancel'],
    ['RetryJob', 'POST', 'jobs/none/retry'],
    ['RequestExport', 'POST', 'exports'],
    ['GetExport', 'GET', 'exports/none'],
    ['GetExportFile', 'GET', 'exports/none/file'],
    ['ListViews', 'GET', 'operations/views'],
    ['ListRebuilds', 'GET', 'operations/rebuilds'],
    ['StartRebuild', 'POST', 'operations/rebuilds'],
    ['ControlRebuild', 'POST', view],
    ['ListParked', 'GET', 'operations/parked'],
    ['RetryParked', 'POST', 'operations/parked/caseload/none/retry'],
    ['SkipParked', 'POST', 'operations/parked/caseload/none/skip'],
    ['GetRow', 'GET', `views/caseload/${own.journey}`],
    ['GetImport', 'GET', 'imports/9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c'],
    ['ListRows', 'GET', 'imports/9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c/rows'],
    ['SendFiles', 'POST', 'imports'],
    ['GetPerson', 'GET', 'people/9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c'],
    ['ListReads', 'GET', 'reads'],
    ['ListPeople', 'GET', 'people'],
    ['GetMe', 'GET', 'me'],
    ['GetReference', 'GET', 'reference'],
    ['ErasePerson', 'POST', 'privacy/erasures'],
    ['ErasePerson', 'GET', 'privacy/retention'],
    ['ErasePerson', 'GET', 'privacy/erasures/pupil/9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c/certificate'],
    ['SubjectAccess', 'GET', `privacy/subject-access/pupil/9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c`],
  ];

  it.each(roles)('are allowed for %s according to the table', async (role) => {
    for (const [action, method, path] of others) {
      const answer = await ask(role, path, { method });
      const may = rights.get(action)![role] !== undefined;
      expect([role, action, isRefused(answer)]).toEqual([role, action, !may]);
      expect(answer.status).toBeLessThan(500);
    }
  });

  it.each(roles)('are listed for %s by GetMe, with the role over its scope', async (role) => {
    const { text } = await ask(role, 'me');
    const { roles: held, may } = JSON.parse(text) as { roles: object[]; may: Record<string, string> };
    expect(held).toEqual([{ role, ...overIn(own, role), from: '2025-01-01' }]);
    expect(may).toEqual(
      Object.fromEntries([...rights].flatMap(([action, by]) => (by[role] ? [[action, by[role]]] : []))),
    );
  });

  it('are in the table, as is every path of the OpenAPI document, and none is answered without a token', async () => {
    const paths = Object.entries(openApi().paths as Record<string, Record<string, object>>);
    for (const [template, methods] of paths.filter(([path]) => !path.startsWith('/health'))) {
      for (const method of Object.keys(methods)) {
        const path = template.replaceAll(/\{\w+\}/g, 'x');
        const { status } = await documentedFetch(served.url + path, { method: method.toUpperCase() });
        expect([template, status]).toEqual([template, 401]);
      }
    }
    for (const path of ['/health/live', '/docs', '/openapi.json'])
      expect((await documentedFetch(served.url + path)).status).toBe(200);
  });
});

describe('the table of rights', () => {
  it('prevents the start if an action has no rights', () => {
    expect(() => demandRights(['GetKpis', 'GetEverything'])).toThrow(
      /^no rights are declared for GetEverything$/,
    );
  });

  it('rejects an action declared in two groups', () => {
    const groups = { questions: { GetKpis: {}, GetJourney: {} }, 'uploads and exports': { GetKpis: {} } };
    expect(() => rightsTable(groups)).toThrow(/^rights are declared twice: GetKpis$/);
  });

  it('has a line for every action of the command line, which each role may run accordingly', () => {
    demandRights(Object.values(commandActions));
    for (const role of roles) {
      const reader = { id: 'x', grants: [{ role, ...overIn(own, role) }] };
      for (const action of Object.values(commandActions)) {
        const attempt = (): unknown => reachFor(reader, action);
        if (rights.get(action)![role] !== undefined) expect(attempt).not.toThrow();
        else expect(attempt).toThrow(expect.objectContaining({ code: 'NOT_ALLOWED' }));
      }
    }
  });

  it('gives access to everything only to roles without a scope', () => {
    for (const role of roles.filter((each) => scopeKindOf[each] !== undefined)) {
      const reach = reachFor({ id: 'x', grants: [{ role, ...overIn(own, role) }] }, 'GetKpis');
      expect([role, reach.everything, reach.covers({}), reach.covers(other)]).toEqual([
        role,
        false,
        false,
        false,
      ]);
    }
  });
});

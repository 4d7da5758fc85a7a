import { randomUUID } from 'node:crypto';
import type { Role } from '@waymark/core/kernel';
import { documentedFetch } from '../support/documented';
import { programme as programmeFile, referrals, referred } from '../imports/papers';
import { own, other, type World, world } from './world';

let served: World;

beforeAll(async () => {
  served = await world();
}, 60_000);

afterAll(() => served.close());

interface Answered {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

async function ask(role: Role, path: string, body?: object): Promise<Answered> {
  const headers = await served.headersOf(role);
  const sent = body instanceof FormData ? body : JSON.stringify(body);
  const answer = await documentedFetch(`${served.url}/v1/${path}`, {
    headers: { ...headers, ...(typeof sent === 'string' && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: sent }),
  });
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, retryAfter, body: (await answer.json()) as Answered['body'] };
}

const register = (role: Role): Promise<Answered> =>
  ask(role, `pupils/${randomUUID()}/register-pupil`, {
    ...{ upn: other.upn, forename: 'Ada', surname: 'Osei', dateOfBirth: '2013-02-15' },
    ...{ school: own.school, schoolFrom: '2025-09-01' },
  });

async function tryOut(role: Role, ...upns: readonly string[]): Promise<Answered> {
  const files = new FormData();
  const programme = JSON.stringify({ ...programmeFile, id: own.programme });
  const rows = referrals(...upns.map((upn) => referred(upn, { school: own.school })));
  files.append('files', new Blob([programme]), 'programme.json');
  files.append('files', new Blob([rows]), 'referrals.csv');
  return ask(role, 'imports?dryRun=true', files);
}

const reads = (query: string): Promise<Answered> => ask('data-protection-officer', `reads${query}`);
const entriesOf = ({ body }: Answered, field: string) => body[field] as Record<string, unknown>[];

/** Run work while nothing can be written to the access log. */
async function withoutAccessLog<T>(work: () => Promise<T>): Promise<T> {
  const { events } = served.platform.stores;
  const append = events.append.bind(events);
  const spy = jest
    .spyOn(events, 'append')
    .mockImplementation((stream, ...rest) =>
      stream.startsWith('access-') ? Promise.reject(new Error('disk full')) : append(stream, ...rest),
    );
  try {
    return await work();
  } finally {
    spy.mockRestore();
  }
}

describe('refused claims over HTTP', () => {
  it('are listed to the data protection officer, and limited with Retry-After', async () => {
    for (let n = 0; n < 20; n += 1)
      expect(await register('area-manager')).toMatchObject({ status: 409, body: { code: 'UPN_TAKEN' } });
    const { status, body, retryAfter } = await register('area-manager');
    expect([status, body['code']]).toEqual([429, 'TOO_MANY_REFUSED_CLAIMS']);
    expect(Number(retryAfter)).toBeGreaterThan(3_500);
    expect(Number(retryAfter)).toBeLessThanOrEqual(3_600);

    const listed = await reads('?entries=refused-claims&limit=15');
    expect(listed.body).toMatchObject({ items: [], next: '15' });
    const [first] = entriesOf(listed, 'refusedClaims');
    expect(first).toEqual({
      ...{ at: expect.any(String) as string, person: expect.any(String) as string },
      ...{ kind: 'upn', command: 'RegisterPupil' },
    });
    const of = (query: string) => reads(`?entries=refused-claims&${query}`);
    expect(entriesOf(await of(`person=${String(first!['person'])}`), 'refusedClaims')).toHaveLength(20);
    expect(entriesOf(await of('person=nobody'), 'refusedClaims')).toEqual([]);
    expect(entriesOf(await of('to=2020-01-01'), 'refusedClaims')).toEqual([]);
    expect((await ask('area-manager', 'reads?entries=refused-claims')).status).toBe(403);
    // Without the parameter, the list is as it was.
    expect(Object.keys((await reads('')).body)).toEqual(['items']);
  });

  it('are not told if they cannot be recorded', async () => {
    const answer = await withoutAccessLog(() => register('school-lead'));
    expect(answer).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
  });
});

describe('a dry run over HTTP', () => {
  it('is recorded before its report is shown, with its refused claims', async () => {
    const { status, body } = await tryOut('school-lead', other.upn, 'not a UPN');
    expect([status, body['dryRun']]).toEqual([200, true]);
    const [triedOut, ...others] = entriesOf(await reads('?entries=dry-runs'), 'dryRuns');
    expect(others).toEqual([]);
    expect(triedOut).toMatchObject({
      ...{ files: ['programme', 'referrals'], rows: 3 },
      rejected: { NOT_ALLOWED: 1, UPN_TAKEN: 1, INVALID_UPN: 1 },
    });
    const person = String(triedOut!['person']);
    const claims = entriesOf(await reads(`?entries=refused-claims&person=${person}`), 'refusedClaims');
    expect(claims.map((claim) => claim['import'])).toEqual([triedOut!['import']]);
  });

  it('is not shown if it cannot be recorded', async () => {
    for (const upn of ['not a UPN', other.upn]) {
      const { status, body } = await withoutAccessLog(() => tryOut('programme-administrator', upn));
      expect(status).toBeGreaterThanOrEqual(500);
      expect(body).not.toHaveProperty('files');
    }
    expect((await tryOut('programme-administrator', 'not a UPN')).status).toBe(200);
  });
});

import type { Role } from '@waymark/core/kernel';
import { randomUUID } from 'node:crypto';
import { type Read, signToken } from '@waymark/governance/access';
import { localTokenKey } from '@waymark/platform';
import { eventually } from '../api/client';
import { documentedFetch } from '../support/documented';
import type { Part } from './parts';
import { other, own, type World, world } from './world';

let served: World;

beforeAll(async () => {
  served = await world();
}, 60_000);

afterAll(() => served.close());

interface Answered {
  readonly status: number;
  readonly body: { readonly code?: string; readonly items?: readonly Read[] } & Record<string, unknown>;
}

async function ask(headers: Record<string, string>, path: string, body?: object): Promise<Answered> {
  const answer = await documentedFetch(`${served.url}/v1/${path}`, {
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answered['body'] };
}

const as = async (role: Role, path: string, body?: object): Promise<Answered> =>
  ask(await served.headersOf(role), path, body);

const tokenOf = async (subject: string): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await signToken(localTokenKey(served.data), subject, 600)}`,
});

/** A new person, registered by the access administrator. */
async function newcomer(): Promise<{ id: string; headers: Record<string, string> }> {
  const [id, subject] = [randomUUID(), `newcomer-${randomUUID()}`];
  const answer = await as('access-administrator', `people/${id}/register-person`, {
    subject,
    name: 'Priya Raman',
  });
  expect(answer.status).toBe(200);
  return { id, headers: await tokenOf(subject) };
}

const cover = (where: Part, days: object = {}): object => ({
  ...{ assignment: randomUUID(), role: 'mentor', mentor: where.mentor, from: '2025-11-03' },
  ...days,
});

describe('roles', () => {
  it('apply from the next request on, whatever the token contains', async () => {
    const { id, headers } = await newcomer();
    const look = async (): Promise<unknown[]> => {
      const { status, body } = await ask(headers, `caseloads/${own.mentor}`);
      return [status, body.code];
    };
    expect(await look()).toEqual([403, 'NOT_ALLOWED']);

    const given = cover(own) as { assignment: string };
    expect((await as('area-manager', `people/${id}/assign-role`, given)).status).toBe(200);
    expect(await look()).toEqual([200, undefined]);

    const end = { assignment: given.assignment, on: '2025-12-01' };
    expect((await as('area-manager', `people/${id}/end-role`, end)).status).toBe(200);
    expect(await look()).toEqual([403, 'NOT_ALLOWED']);
  });

  it('that cover for a colleague end with their last day', async () => {
    const { id, headers } = await newcomer();
    const past = cover(own, { from: '2025-11-03', until: '2025-12-19' });
    expect((await as('area-manager', `people/${id}/assign-role`, past)).status).toBe(200);
    expect((await ask(headers, `caseloads/${own.mentor}`)).status).toBe(403);
    const present = cover(own, { from: '2025-11-03', until: '9999-12-31' });
    expect((await as('area-manager', `people/${id}/assign-role`, present)).status).toBe(200);
    expect((await ask(headers, `caseloads/${own.mentor}`)).status).toBe(200);
    expect((await ask(headers, `caseloads/${other.mentor}`)).status).toBe(403);
  });

  it('can be given only by roles that may, within their scope, and never to oneself', async () => {
    const { id } = await newcomer();
    const refused = [
      await as('area-manager', `people/${id}/assign-role`, cover(other)),
      await as('area-manager', `people/${id}/assign-role`, {
        ...cover(own),
        role: 'area-manager',
        mentor: undefined,
        area: own.area,
      }),
      await as('programme-administrator', `people/${id}/assign-role`, {
        ...cover(own),
        role: 'operations',
        mentor: undefined,
      }),
      await as('mentor', `people/${id}/assign-role`, cover(own)),
      await as('data-protection-officer', `people/${id}/assign-role`, cover(own)),
    ];
    for (const { status, body } of refused) expect([status, body.code]).toEqual([403, 'NOT_ALLOWED']);

    const reader = await served.platform.people.reader('access-administrator-1');
    const self = await as('access-administrator', `people/${reader.id}/assign-role`, {
      ...{ assignment: randomUUID(), role: 'data-protection-officer', from: '2025-11-03' },
    });
    expect([self.status, self.body.code]).toEqual([409, 'OWN_ROLES']);
  });

  it('have the scope that belongs to them', async () => {
    const { id } = await newcomer();
    const give = (body: object) =>
      as('access-administrator', `people/${id}/assign-role`, {
        assignment: randomUUID(),
        from: '2025-11-03',
        ...body,
      });
    const wrong = [
      await give({ role: 'mentor' }),
      await give({ role: 'mentor', mentor: own.mentor, area: own.area }),
      await give({ role: 'operations', area: own.area }),
    ];
    for (const { status, body } of wrong) expect([status, body.code]).toEqual([422, 'WRONG_SCOPE']);
    expect((await give({ role: 'mentor', mentor: own.mentor, until: '2025-01-01' })).body.code).toBe(
      'UNTIL_BEFORE_FROM',
    );
  });

  it('all end when a person leaves', async () => {
    const { id, headers } = await newcomer();
    const lead = (where: Part): object => ({
      ...{ assignment: randomUUID(), role: 'school-lead', school: where.school, from: '2025-11-03' },
    });
    expect((await as('area-manager', `people/${id}/assign-role`, cover(own))).status).toBe(200);
    expect((await as('area-manager', `people/${id}/assign-role`, lead(own))).status).toBe(200);
    expect((await as('area-manager', `people/${id}/assign-role`, lead(other))).status).toBe(403);
    // A programme is only a part of the school.
    expect((await as('programme-administrator', `people/${id}/assign-role`, lead(own))).status).toBe(403);
    expect((await ask(headers, `journeys/${own.journey}`)).status).toBe(200);
    expect((await as('access-administrator', `people/${id}/leave-person`, { on: '2026-01-01' })).status).toBe(
      200,
    );
    expect((await ask(headers, `journeys/${own.journey}`)).status).toBe(403);
  });

  it('end permanently when a person is erased, and the officer gets a certificate and no name', async () => {
    const { id, headers } = await newcomer();
    await as('area-manager', `people/${id}/assign-role`, cover(own));
    const erase = (ground = 'NO_LONGER_NEEDED') =>
      as('data-protection-officer', 'privacy/erasures', { kind: 'person', id, ground });
    const early = await erase();
    expect([early.status, early.body.code]).toEqual([409, 'PERSON_HAS_ROLES']);
    // The ground for erasures repeated after a restore is reserved for the list of erasures.
    const restored = await erase('ERASED_BEFORE_RESTORE');
    expect([restored.status, restored.body['errors']]).toMatchObject([
      422,
      [{ field: 'ground', code: 'NOT_ONE_OF' }],
    ]);
    await as('access-administrator', `people/${id}/leave-person`, { on: '2026-01-01' });
    expect((await as('data-protection-officer', `people/${id}`)).body).toHaveProperty('name', 'Priya Raman');

    expect(await erase()).toEqual({ status: 200, body: { kind: 'person', id, state: 'completed' } });
    const gone = await as('data-protection-officer', `people/${id}`);
    expect([gone.status, gone.body.code]).toEqual([410, 'PERSON_ERASED']);
    const certificate = `privacy/erasures/person/${id}/certificate`;
    expect(await as('data-protection-officer', certificate)).toMatchObject({
      status: 200,
      body: { erased: { kind: 'person', id, events: expect.any(Number), remains: { clearEvents: 0 } } },
    });
    expect((await as('area-manager', certificate)).status).toBe(403);
    const again = await as('area-manager', `people/${id}/assign-role`, cover(own));
    expect([again.status, again.body.code]).toEqual([410, 'PERSON_ERASED']);
    expect((await ask(headers, `caseloads/${own.mentor}`)).status).toBe(403);
    const { status, body } = await as('data-protection-officer', `privacy/subject-access/person/${id}`);
    expect([status, body['key']]).toEqual([200, 'destroyed']);
  });

  it('belong to one token subject, which cannot be registered again', async () => {
    const again = await as('access-administrator', `people/${randomUUID()}/register-person`, {
      ...{ subject: 'mentor-1', name: 'Somebody else' },
    });
    expect([again.status, again.body.code]).toEqual([409, 'SUBJECT_TAKEN']);
  });

  it('are not held by an unknown person', async () => {
    const { status, body } = await ask(await tokenOf('a stranger'), 'kpis?by=region');
    expect([status, body.code]).toEqual([403, 'UNKNOWN_PERSON']);
  });
});

describe('the access log', () => {
  const readsOf = async (query: string): Promise<readonly Read[]> =>
    (await as('data-protection-officer', `reads?limit=1000&${query}`)).body.items!;

  it('records every answer that shows a pupil, with the reason if given', async () => {
    const { id, headers } = await newcomer();
    await as('area-manager', `people/${id}/assign-role`, cover(own));
    await ask(headers, `journeys/${own.journey}`);
    await ask(headers, `journeys/${own.journey}/timeline`);
    await ask(headers, `caseloads/${own.mentor}`);
    await ask(headers, 'attendance?by=pupil&from=2025-09-01&to=2025-10-24');
    await ask({ ...headers, 'waymark-reason': 'The parents called' }, `pupils/${own.pupil}`);
    const seen = ['GetJourney', 'GetTimeline', 'GetCaseload', 'GetAttendance', 'GetPupil'];
    const ofPerson = await readsOf(`person=${id}`);
    const ofPupil = (await readsOf(`pupil=${own.pupil}`)).filter(({ reader }) => reader === id);
    for (const reads of [ofPerson.filter(({ pupil }) => pupil !== own.mentor), ofPupil])
      expect(reads.map(({ what, pupil }) => [what, pupil])).toEqual(seen.map((what) => [what, own.pupil]));
    expect(ofPerson.filter(({ pupil }) => pupil === own.mentor).map(({ what }) => what)).toEqual([
      'GetCaseload',
    ]);
    expect((await readsOf(`person=${id}`)).at(-1)).toMatchObject({ reason: 'The parents called' });
    expect(await readsOf(`person=${id}&pupil=${other.pupil}`)).toEqual([]);
    expect(await readsOf(`person=${id}&to=2025-01-01`)).toEqual([]);
  });

  it('does not record figures or refusals', async () => {
    const { id, headers } = await newcomer();
    await as('area-manager', `people/${id}/assign-role`, cover(own));
    await ask(headers, 'kpis?by=area');
    await ask(headers, 'phase-progress?by=school');
    await ask(headers, `journeys/${other.journey}`);
    expect(await readsOf(`person=${id}`)).toEqual([]);
  });

  it('records exports too, under the roles that the requester holds when they run', async () => {
    const asked = await as('evaluator', 'exports', { kind: 'timeline' });
    expect(asked.status).toBe(202);
    const file = await eventually(async () => {
      const headers = await served.headersOf('evaluator');
      const answer = await documentedFetch(`${served.url}/v1/exports/${String(asked.body['id'])}/file`, {
        headers,
      });
      return answer.status === 200 ? answer.text() : undefined;
    });
    expect(file).toContain(own.pupil);
    for (const hidden of [other.pupil, other.surname, own.surname, own.upn, own.dateOfBirth])
      expect(file).not.toContain(hidden);
    const { id } = await served.platform.people.reader('evaluator-1');
    const exported = (await readsOf(`person=${id}`)).filter(({ what }) => what === 'export timeline');
    expect(exported.map(({ pupil }) => pupil)).toEqual([own.pupil]);
    expect((await as('area-manager', `exports/${String(asked.body['id'])}`)).status).toBe(404);
  });

  it('prevents an answer if it cannot be recorded', async () => {
    const { accessLog } = served.platform;
    const record = jest.spyOn(accessLog, 'record').mockRejectedValue(new Error('the store is away'));
    try {
      const { status, body } = await as('mentor', `journeys/${own.journey}`);
      expect([status, body.code]).toEqual([500, 'INTERNAL']);
      expect(JSON.stringify(body)).not.toContain(own.pupil);
    } finally {
      record.mockRestore();
    }
  });
});

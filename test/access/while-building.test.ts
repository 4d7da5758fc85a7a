import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Role } from '@waymark/core/kernel';
import { own, type World, world } from './world';

/* Rights are looked up in streams, claims and the log: commands go on while no view can answer. */

const data = mkdtempSync(join(tmpdir(), 'waymark-building-'));
let served: World;

beforeAll(async () => {
  const before = await world();
  cpSync(before.data, data, {
    recursive: true,
    filter: (file) => !basename(file).startsWith('views.sqlite'),
  });
  await before.close();
  served = await world({ furnished: data });
}, 60_000);

afterAll(() => served.close());

const ask = async (role: Role, path: string, body?: object) => {
  const answer = await fetch(`${served.url}/v1/${path}`, {
    headers: { ...(await served.headersOf(role)), 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { readonly code?: string; readonly events?: string[] },
  };
};

const marks = [{ on: '2025-11-03', am: '/', pm: '\\', at: '2025-11-03T16:00:00Z' }];

describe('while every view is being built', () => {
  it('no question that reads a view is answered', async () => {
    for (const path of ['kpis?by=area', `caseloads/${own.mentor}`])
      expect(await ask('area-manager', path)).toMatchObject({ status: 503, body: { code: 'VIEW_BUILDING' } });
  });

  it('a school lead records attendance', async () => {
    const answer = await ask('school-lead', `attendance/${own.pupil}/record-attendance`, {
      school: own.school,
      marks,
    });
    expect(answer).toMatchObject({ status: 200, body: { events: ['AttendanceRecorded'] } });
  });

  it('a programme administrator changes the details of a mentor', async () => {
    const answer = await ask('programme-administrator', `mentors/${own.mentor}/appoint-mentor`, {
      ...{ name: 'Oscar Roberts', programme: own.programme, school: own.school, from: '2025-09-01' },
    });
    expect(answer).toMatchObject({ status: 200, body: { events: ['MentorDetailsChanged'] } });
  });

  it('a command outside the scope of the sender is refused', async () => {
    const answer = await ask('mentor', `attendance/${own.pupil}/record-attendance`, {
      school: own.school,
      marks,
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } });
  });
});

import { temporaryDirectory } from '../support/stores';
import {
  allocated,
  JOURNEY,
  marks,
  MENTOR,
  picked,
  PROGRAMME,
  programme,
  PUPIL,
  pupil,
  SCHOOL,
  school,
  serve,
} from './client';

const path = `schools/${SCHOOL}/register-school`;
const renamed = { ...school, name: 'Harbour School' };

describe('If-Match', () => {
  it('accepts a command only at the current revision', async () => {
    const { send } = await serve();
    const first = await send(path, school).expect(200);
    const etag = String(first.headers['etag']);
    expect(etag).toBe('"0"');
    const second = await send(path, renamed, { 'If-Match': etag }).expect(200);
    expect(second.headers['etag']).toBe('"1"');
    const stale = await send(path, school, { 'If-Match': etag });
    expect([stale.status, stale.body.code]).toEqual([412, 'STALE_REVISION']);
    expect(stale.headers['content-type']).toBe('application/problem+json');
  });

  it('can require that the record does not exist yet', async () => {
    const { send } = await serve();
    await send(path, school, { 'If-Match': '"-1"' }).expect(200);
    expect((await send(path, renamed, { 'If-Match': '"-1"' })).status).toBe(412);
  });

  it.each(['3', '"x"', 'W/"3"', '"1", "2"', '*', '"1e3"'])('is refused if it is %s', async (value) => {
    const { send } = await serve();
    const answer = await send(path, school, { 'If-Match': value });
    expect([answer.status, answer.body.code]).toEqual([400, 'MALFORMED_HEADER']);
    expect(answer.body.errors).toMatchObject([{ field: 'If-Match' }]);
  });

  it('accepts one of many concurrent writers at each revision', async () => {
    const { send } = await serve();
    await send(path, school).expect(200);
    const names = Array.from({ length: 20 }, (_, index) => `School ${String(index)}`);
    const answers = await Promise.all(
      names.map((name) => send(path, { ...school, name }, { 'If-Match': '"0"' })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
  });
});

describe('Idempotency-Key', () => {
  const key = (value: string) => ({ 'Idempotency-Key': value });

  it('gives a retry the first answer, also after other commands', async () => {
    const { send } = await serve();
    const first = await send(path, school, key('a')).expect(200);
    await send(path, renamed, key('b')).expect(200);
    const again = await send(path, school, key('a')).expect(200);
    expect(again.body).toEqual({ ...first.body, repeated: true });
    expect(again.headers['etag']).toBe(first.headers['etag']);
  });

  it('recognises a retry under the present route of a command that was first sent under its former route', async () => {
    const api = await serve();
    await allocated(api);
    const session = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f';
    const body = { session, mentor: MENTOR, on: '2025-11-03', reason: 'PUPIL_ILL' };
    const [former, present] = ['miss-session', 'record-session-not-held'].map(
      (name) => `journeys/${JOURNEY}/${name}`,
    ) as [string, string];
    const first = await api.send(former, body, key('s')).expect(200);
    expect(first.body).toMatchObject({ events: ['SessionNotHeld'], repeated: false });
    for (const route of [present, former]) {
      const again = await api.send(route, body, key('s')).expect(200);
      expect(again.body).toEqual({ ...first.body, repeated: true });
    }
    const other = await api.send(present, { ...body, reason: 'NO_ROOM' }, key('s'));
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await api.send(present, body, key('t')).expect(200)).body.events).toEqual([]);
  });

  it('has one effect for concurrent retries', async () => {
    const { send, platform } = await serve();
    await send(`programmes/${PROGRAMME}/define-programme`, programme).expect(200);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(path, school, key('once'))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ body }) => !body.repeated)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.position)).size).toBe(1);
    expect(await platform.events.readStream(`school-${SCHOOL}`)).toHaveLength(1);
  });

  it('is refused with a different body', async () => {
    const { send } = await serve();
    await send(path, school, key('a')).expect(200);
    const other = await send(path, renamed, key('a'));
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('belongs to the actor and the record', async () => {
    const { send } = await serve();
    await send(path, school, key('a')).expect(200);
    await send('schools/990402/register-school', renamed, key('a')).expect(200);
    const other = await send(path, renamed, { ...key('a'), Authorization: 'Bearer lead:990401' }).expect(200);
    expect(other.body).toMatchObject({ revision: 1, repeated: false });
  });

  it('still works after a restart', async () => {
    const data = temporaryDirectory();
    const before = await serve(data);
    const first = await before.send(path, school, key('a')).expect(200);
    await before.close();
    const after = await serve(data);
    const again = await after.send(path, school, key('a')).expect(200);
    expect(again.body).toEqual({ ...first.body, repeated: true });
    expect((await after.send(path, renamed, key('a'))).status).toBe(422);
  });

  it('takes precedence over a stale revision, because the command was already carried out', async () => {
    const { send } = await serve();
    const headers = { ...key('a'), 'If-Match': '"-1"' };
    await send(path, school, headers).expect(200);
    const again = await send(path, school, headers).expect(200);
    expect(again.body.repeated).toBe(true);
  });

  it.each(['', 'x'.repeat(201), 'ü'])('is refused if it is malformed', async (value) => {
    const { send } = await serve();
    const answer = await send(path, school, key(value));
    expect([answer.status, answer.body.code]).toEqual([400, 'MALFORMED_HEADER']);
  });
});

describe('a command', () => {
  it('has no events in its answer if it changes nothing', async () => {
    const { send } = await serve();
    const first = await send(path, school).expect(200);
    const again = await send(path, school).expect(200);
    expect(again.body).toEqual({ ...first.body, events: [], repeated: false });
  });

  it('is refused with all invalid fields and all unknown ids at once', async () => {
    const { send } = await serve();
    const { status, headers, body } = await send(`pupils/${PUPIL}/register-pupil`, {
      ...pupil,
      upn: 'A801200005001',
      dateOfBirth: '2013-02-30',
      surname: 7,
      nickname: 'Z',
    });
    expect([status, headers['content-type'], body.code]).toEqual([
      422,
      'application/problem+json',
      'INVALID_FIELDS',
    ]);
    expect(picked(body.errors, 'field', 'code').sort()).toEqual([
      ['', 'UNKNOWN_FIELD'],
      ['dateOfBirth', 'INVALID_DAY'],
      ['school', 'UNKNOWN_SCHOOL'],
      ['surname', 'WRONG_TYPE'],
      ['upn', 'INVALID_UPN'],
    ]);
    expect(JSON.stringify(body)).not.toContain('A801200005001');
  });

  it('is refused with unknown ids if all fields are valid, and with one error for an invalid field', async () => {
    const { send } = await serve();
    const right = await send(`pupils/${PUPIL}/register-pupil`, pupil);
    expect([right.status, right.body.code]).toEqual([422, 'UNKNOWN_SCHOOL']);
    expect(right.body.errors).toMatchObject([{ field: 'school', code: 'UNKNOWN_SCHOOL' }]);
    const wrong = await send(`pupils/${PUPIL}/register-pupil`, { ...pupil, school: 'x' });
    expect(wrong.body.errors).toMatchObject([{ field: 'school', code: 'WRONG_FORM' }]);
    const mentor = await send(`mentors/${MENTOR}/appoint-mentor`, {
      name: 'Oscar Roberts',
      programme: PROGRAMME,
      school: SCHOOL,
      from: '2025-09-01',
    });
    expect(mentor.body.errors).toMatchObject([{ field: 'programme' }, { field: 'school' }]);
  });

  it('is refused if its record does not exist', async () => {
    const { send } = await serve();
    await send(path, school).expect(200);
    const { status, body } = await send(`attendance/${PUPIL}/record-attendance`, { school: SCHOOL, marks });
    expect([status, body.code, body.errors]).toEqual([404, 'UNKNOWN_PUPIL', undefined]);
  });

  it('is recorded with the actor who sent it', async () => {
    const { send, platform } = await serve();
    await send(path, school).expect(200);
    await send(path, renamed, { Authorization: 'Bearer lead:990401' }).expect(200);
    const actors = (await platform.events.readStream(`school-${SCHOOL}`)).map(
      ({ metadata }) => metadata.actor,
    );
    expect(actors).toEqual(['anonymous', 'lead:990401']);
  });

  it('needs no body if it has no fields', async () => {
    const api = await serve();
    await allocated(api);
    await api.http.post(`/v1/journeys/${JOURNEY}/assess-eligibility`).expect(200);
  });
});

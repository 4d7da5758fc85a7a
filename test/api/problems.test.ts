import { gzipSync } from 'node:zlib';
import {
  JOURNEY,
  marks,
  picked,
  PUPIL,
  pupil,
  type Raw,
  raw,
  SCHOOL,
  school,
  serve,
  serverOfAll,
  UPN,
} from './client';

const json = { 'content-type': 'application/json' };
const schools = `/v1/schools/${SCHOOL}/register-school`;
const post = (body: string | Buffer, headers: Record<string, string> = json, path = schools): Raw => ({
  method: 'POST',
  path,
  headers,
  body,
});
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const good = JSON.stringify(school);
const zipped = gzipSync(good);
const gzip = { ...json, 'content-encoding': 'gzip' };

const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
const upload = (field: string, name: string): string =>
  [
    '--x',
    `content-disposition: form-data; name="${field}"; filename="${name}"`,
    'content-type: text/csv',
    '',
    'jaydenporter,b',
    '1,2',
    '--x--',
    '',
  ].join('\r\n');

const wrong: readonly (readonly [what: string, Raw, status: number, code: string])[] = [
  ['a body that is not JSON', post('{"name": '), 400, 'MALFORMED_JSON'],
  ['a body that is a number', post('7'), 400, 'MALFORMED_JSON'],
  ['a body that is a list', post('[]'), 422, 'INVALID_FIELDS'],
  ['a body nested too deep', post(`{"name":${nested(20)}}`), 400, 'JSON_TOO_DEEP'],
  ['a body nested deeper than the stack', post(nested(200_000)), 400, 'JSON_TOO_DEEP'],
  ['a body over the limit', post(`{"name":"${'x'.repeat(1_048_576)}"}`), 413, 'BODY_TOO_LARGE'],
  ['a body with too many values', post(`[${'0,'.repeat(30_000)}0]`), 413, 'BODY_TOO_LARGE'],
  [
    'a body that is too large once decompressed',
    post(gzipSync(' '.repeat(5_000_000) + good), gzip),
    413,
    'BODY_TOO_LARGE',
  ],
  [
    'a body with a media type other than JSON',
    post(good, { 'content-type': 'text/plain' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a body without a media type', post(good, {}), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a form',
    post('name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'an unsupported character set',
    post(good, { 'content-type': 'application/json; charset=latin1' }),
    415,
    'UNSUPPORTED_CHARSET',
  ],
  [
    'an unknown character set',
    post(good, { 'content-type': 'application/json; charset=utf-99' }),
    415,
    'UNSUPPORTED_CHARSET',
  ],
  ['an unknown encoding', post(good, { ...json, 'content-encoding': 'lzma' }), 415, 'UNSUPPORTED_ENCODING'],
  ['invalid gzip', post(good, gzip), 400, 'MALFORMED_BODY'],
  ['truncated gzip', post(zipped.subarray(0, zipped.length - 12), gzip), 400, 'MALFORMED_BODY'],
  ['a malformed path', { path: '/v1/journeys/%ff' }, 400, 'MALFORMED_PATH'],
  [
    'a malformed path, with a body',
    post('{}', json, '/v1/schools/%E0%A4%A/register-school'),
    400,
    'MALFORMED_PATH',
  ],
  ['an unknown path', { path: '/v1/nothing' }, 404, 'UNKNOWN_PATH'],
  ['an unknown path beyond a known one', { path: `/v1/journeys/${JOURNEY}/timeline/x` }, 404, 'UNKNOWN_PATH'],
  ['an unknown module', post('{}', json, '/v1/teachers/1/appoint'), 404, 'UNKNOWN_MODULE'],
  ['an unknown command', post('{}', json, `/v1/journeys/${JOURNEY}/graduate`), 404, 'UNKNOWN_COMMAND'],
  [
    'a command that only policies send',
    post('{}', json, `/v1/journeys/${JOURNEY}/confirm-allocation`),
    404,
    'UNKNOWN_COMMAND',
  ],
  [
    'a name that every JavaScript object has',
    post('{}', json, `/v1/journeys/${JOURNEY}/constructor`),
    404,
    'UNKNOWN_COMMAND',
  ],
  [
    'a command by the name of its class',
    post('{}', json, `/v1/journeys/${JOURNEY}/GiveConsent`),
    404,
    'UNKNOWN_COMMAND',
  ],
  ['an id with a wrong form', post('{}', json, `/v1/pupils/${UPN}/register-pupil`), 404, 'UNKNOWN_ID'],
  [
    'a journey that does not exist',
    post('{"on":"2025-10-13"}', json, `/v1/journeys/${JOURNEY}/give-consent`),
    404,
    'UNKNOWN_JOURNEY',
  ],
  [
    'attendance of a pupil who does not exist',
    post(JSON.stringify({ school: SCHOOL, marks }), json, `/v1/attendance/${PUPIL}/record-attendance`),
    422,
    'UNKNOWN_PUPIL',
  ],
  ['a query for a journey that does not exist', { path: `/v1/journeys/${JOURNEY}` }, 404, 'UNKNOWN_JOURNEY'],
  ['a journey id with a wrong form', { path: `/v1/journeys/${UPN}/timeline` }, 404, 'UNKNOWN_JOURNEY'],
  ['a mentor who does not exist', { path: '/v1/caseloads/M-1' }, 404, 'UNKNOWN_MENTOR'],
  ['an import that does not exist', { path: `/v1/imports/${JOURNEY}` }, 404, 'UNKNOWN_IMPORT'],
  ['rows of an import that does not exist', { path: `/v1/imports/${JOURNEY}/rows` }, 404, 'UNKNOWN_IMPORT'],
  ['a wrong method for a command', { path: schools }, 405, 'WRONG_METHOD'],
  ['a wrong method for a query', { method: 'DELETE', path: `/v1/journeys/${JOURNEY}` }, 405, 'WRONG_METHOD'],
  ['a query sent as POST', post('{}', json, `/v1/journeys/${JOURNEY}/timeline`), 405, 'WRONG_METHOD'],
  ['a query without a required parameter', { path: '/v1/kpis' }, 422, 'INVALID_FIELDS'],
  ['a query with an unknown parameter', { path: '/v1/kpis?by=area&colour=red' }, 422, 'INVALID_FIELDS'],
  ['a query with a repeated parameter', { path: '/v1/kpis?by=area&by=region' }, 422, 'INVALID_FIELDS'],
  [
    'a period that ends before it begins',
    { path: '/v1/attendance?by=area&from=2025-10-02&to=2025-10-01' },
    422,
    'INVALID_FIELDS',
  ],
  ['an invalid cursor', { path: '/v1/imports?after=x' }, 422, 'INVALID_FIELDS'],
  ['a page that is too long', { path: '/v1/imports?limit=1001' }, 422, 'INVALID_FIELDS'],
  [
    'an invalid position',
    { path: '/v1/imports', headers: { 'waymark-position': '1.5' } },
    400,
    'MALFORMED_HEADER',
  ],
  [
    'a wait that is too long',
    { path: '/v1/imports', headers: { prefer: 'wait=61' } },
    400,
    'MALFORMED_HEADER',
  ],
  ['a wait that is none', { path: '/v1/imports', headers: { prefer: 'wait=soon' } }, 400, 'MALFORMED_HEADER'],
  ['a wait of no length', { path: '/v1/imports', headers: { prefer: 'wait' } }, 400, 'MALFORMED_HEADER'],
];

describe('an invalid request', () => {
  const server = serverOfAll();

  it.each(wrong)('%s', async (_what, request, status, code) => {
    const answer = await raw(server().url, request);
    expect([answer.status, (JSON.parse(answer.text) as { code?: string }).code]).toEqual([status, code]);
    const body = JSON.parse(answer.text);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({
      type: `urn:waymark:problem:${code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    });
    expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|Error:/);
    expect(answer.text).not.toContain(UPN);
    expect(answer.headers['x-powered-by']).toBeUndefined();
    if (status === 405) expect(String(answer.headers['allow'])).toMatch(/^(POST|GET, HEAD)$/);
  });

  it('gets an answer that names every invalid parameter', async () => {
    const { body } = await server().get('attendance?by=class&from=2025-02-30&limit=x&colour=red').expect(422);
    expect(picked(body.errors, 'field', 'code').sort()).toEqual([
      ['', 'UNKNOWN_FIELD'],
      ['by', 'NOT_ONE_OF'],
      ['from', 'INVALID_DAY'],
      ['limit', 'WRONG_TYPE'],
      ['to', 'REQUIRED'],
    ]);
  });

  it.each<readonly [where: string, Raw]>([
    ['field', post(JSON.stringify({ ...school, jaydenporter: 1 }))],
    [
      'nested field',
      post(
        JSON.stringify({ school: SCHOOL, marks: marks.map((mark) => ({ ...mark, jaydenporter: 1 })) }),
        json,
        `/v1/attendance/${PUPIL}/record-attendance`,
      ),
    ],
    ['field of an export', post('{"kind":"kpis","parameters":{"jaydenporter":1}}', json, '/v1/exports')],
    ['kind of export', post('{"kind":"jaydenporter"}', json, '/v1/exports')],
    ['view', post('{"views":["jaydenporter"]}', json, '/v1/operations/rebuilds')],
    ['view in a path', post('', {}, '/v1/operations/rebuilds/jaydenporter/pause')],
    ['parked row', post('', {}, '/v1/operations/parked/jaydenporter/jaydenporter/retry')],
    ['row', { path: '/v1/views/caseload/jaydenporter' }],
    ['job', post('', {}, '/v1/jobs/jaydenporter/cancel')],
    ['export', { path: '/v1/exports/jaydenporter/file' }],
    ['field and name of a file', post(upload('jaydenporter', 'jaydenporter.csv'), multipart, '/v1/imports')],
    ['name and column of a file', post(upload('files', 'jaydenporter.csv'), multipart, '/v1/imports')],
    ['field in malformed JSON', post('{"jaydenporter":')],
    ['field of a form', post('jaydenporter=1', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['parameter', { path: '/v1/kpis?by=area&jaydenporter=1' }],
    ['value of a parameter', { path: '/v1/kpis?by=jaydenporter' }],
    ['parameter of the jobs', { path: '/v1/jobs?jaydenporter=1' }],
    ['segment of a path', { path: '/v1/jaydenporter' }],
    ['kind of record', post('{}', json, '/v1/jaydenporter/1/register')],
    ['command', post('{}', json, `/v1/schools/${SCHOOL}/jaydenporter`)],
    ['id', post(good, json, '/v1/schools/jaydenporter/register-school')],
    ['kind of person', { path: `/v1/privacy/subject-access/jaydenporter/${PUPIL}` }],
    ['header', { path: '/v1/imports', headers: { prefer: 'wait=jaydenporter' } }],
  ])('gets an answer that never repeats an undeclared value: a %s', async (_where, sent) => {
    const { status, headers, text } = await raw(server().url, sent);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(JSON.stringify(headers) + text).not.toContain('jaydenporter');
  });

  it('is logged with its route, without its contents', async () => {
    const api = await serve();
    await api.send(`pupils/${PUPIL}/register-pupil`, pupil, { 'Idempotency-Key': UPN }).expect(422);
    await raw(api.url, { path: `/v1/journeys/${UPN}/timeline?after=${UPN}` });
    await raw(api.url, { path: `/${UPN}?upn=${UPN}` });
    await raw(api.url, post('{}', json, `/v1/pupils/${UPN}/register-pupil`));
    const lines = api.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['POST', '/v1/pupils/{id}/register-pupil', 422],
      ['GET', '/v1/journeys/:id/timeline', 404],
      ['GET', 'unmatched', 404],
      ['POST', '/v1/pupils/{id}/register-pupil', 404],
    ]);
    expect(api.logged.join('')).not.toContain(UPN);
  });

  it('gets an answer without details after an unexpected error, with the id under which it is logged', async () => {
    const api = await serve();
    jest.spyOn(api.platform.submitter, 'submit').mockRejectedValue(new Error(`no place for ${UPN}`));
    const { status, headers, body } = await api.send(`schools/${SCHOOL}/register-school`, school);
    expect([status, headers['content-type'], body.code]).toEqual([
      500,
      'application/problem+json',
      'INTERNAL',
    ]);
    expect(JSON.stringify(body)).not.toContain('no place');
    const id = String(body.instance).slice('urn:uuid:'.length);
    const line = api.logged.find((each) => each.includes('unexpected'));
    expect(line).toContain(id);
    expect(line).toContain('no place for [UPN]');
  });
});

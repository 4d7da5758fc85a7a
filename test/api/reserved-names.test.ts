import { reservedNames } from '@waymark/core/fields';
import { sourceFiles } from '@waymark/core/imports';
import { openProgramme } from '../imports/office';
import { programme } from '../imports/papers';
import { exampleRequests } from '../support/example-requests';
import { raw, type RawAnswer, serverOfAll } from './client';

/** Copies of a value: in each, one of the objects in it has a field more. */
function* withField(value: unknown, name: string, content: unknown): Generator {
  if (typeof value !== 'object' || value === null) return;
  // `fromEntries` makes a field of its own of any name.
  if (!Array.isArray(value)) yield Object.fromEntries([...Object.entries(value), [name, content]]);
  for (const [key, inner] of Object.entries(value)) {
    for (const changed of withField(inner, name, content)) {
      if (Array.isArray(value))
        yield value.map((each: unknown, index) => (String(index) === key ? changed : each));
      else yield { ...value, [key]: changed };
    }
  }
}

interface Body {
  readonly code: string;
  readonly errors?: readonly { readonly field: string; readonly code: string }[];
}

const bodyOf = ({ text }: RawAnswer): Body => JSON.parse(text) as Body;

const names = [...reservedNames];
const json = { 'content-type': 'application/json' };

describe('a field with a name that JavaScript gives a meaning', () => {
  const server = serverOfAll();

  it('is refused as an unknown field, in every object of every body', async () => {
    let sent = 0;
    for (const { name, method, path, body } of exampleRequests) {
      if (body === undefined) continue;
      for (const reserved of names) {
        const content = reserved === 'constructor' ? { name: 'Array' } : { polluted: true };
        for (const changed of withField(body, reserved, content)) {
          const answer = await raw(server().url, {
            method,
            path,
            headers: json,
            body: JSON.stringify(changed),
          });
          const { code, errors = [] } = bodyOf(answer);
          const unknown = errors.filter((error) => error.code === 'UNKNOWN_FIELD').length;
          expect([name, reserved, answer.status, code, unknown]).toEqual([
            name,
            reserved,
            422,
            'INVALID_FIELDS',
            1,
          ]);
          sent += 1;
        }
      }
    }
    const bodies = exampleRequests.filter(({ body }) => body !== undefined);
    expect(bodies.length).toBeGreaterThan(40);
    expect(sent).toBeGreaterThanOrEqual(names.length * bodies.length);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is refused as an unknown parameter, on every route', async () => {
    for (const { name, method, path, query, body } of exampleRequests) {
      if (path === '/v1/imports' && method === 'POST') continue; // its body is no JSON: see below
      for (const reserved of names) {
        const answer = await raw(server().url, {
          ...{ method, path: `${path}?${[...query, `${reserved}=1`].join('&')}` },
          ...(method === 'POST' && { headers: json, body: JSON.stringify(body ?? {}) }),
        });
        const { errors = [] } = bodyOf(answer);
        const unknown = errors.filter(({ code }) => code === 'UNKNOWN_FIELD');
        expect([name, reserved, answer.status, unknown]).toEqual([
          ...[name, reserved, 422],
          [expect.objectContaining({ field: '', code: 'UNKNOWN_FIELD' })],
        ]);
      }
    }
  });

  it('is refused in the query and in the form of an upload', async () => {
    const part = (field: string): string =>
      `--x\r\ncontent-disposition: form-data; name="${field}"; filename="a.csv"\r\n\r\na,b\r\n1,2\r\n--x--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    for (const reserved of names) {
      const inQuery = { method: 'POST', path: `/v1/imports?${reserved}=1`, headers, body: part('files') };
      const asked = await raw(server().url, inQuery);
      expect([asked.status, bodyOf(asked).errors]).toMatchObject([422, [{ code: 'UNKNOWN_FIELD' }]]);
      const inForm = { method: 'POST', path: '/v1/imports', headers, body: part(reserved) };
      const sent = await raw(server().url, inForm);
      expect([reserved, sent.status, bodyOf(sent).code]).toEqual([reserved, 400, 'MALFORMED_UPLOAD']);
    }
  });

  it('has no effect as a header', async () => {
    for (const reserved of names) {
      const path = '/v1/kpis?by=area';
      const { status, text } = await raw(server().url, { path, headers: { [reserved]: 'x' } });
      expect([reserved, status, text]).toEqual([reserved, 200, '{"items":[]}']);
    }
  });
});

describe('a programme file', () => {
  it('is rejected if an object in it has such a field', async () => {
    const office = await openProgramme();
    for (const reserved of ['__proto__', 'constructor', 'prototype', 'toString']) {
      for (const changed of withField(programme, reserved, { caseloadCap: 1 })) {
        const { rows } = await office.take({ 'programme.json': JSON.stringify(changed) });
        expect([reserved, rows('programme.json')]).toEqual([reserved, ['UNKNOWN_FIELD']]);
      }
    }
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const tooDeep = `{"id":"x","deliveryModel":{},"terms":${deep}}`;
    const { rows } = await office.take({ 'programme.json': tooDeep });
    expect(rows('programme.json')).toEqual(['WRONG_FORM']);
  });

  it('may be a table whose columns have such names, which are not read', async () => {
    const office = await openProgramme();
    const header = 'constructor,__proto__,MentorId,Name,Area,SchoolURN,StartDate,toString';
    const { rows } = await office.take({
      'm.csv': `${header}\nx,x,M-7,Oscar,Blackpool,990401,2025-09-01,x\n`,
    });
    expect(rows('m.csv')).toEqual(['accepted']);
    await expect(sourceFiles([__filename])).rejects.toMatchObject({ code: 'UNKNOWN_FILE' });
  });
});

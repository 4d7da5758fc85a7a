import { pino } from 'pino';
import { AppendTooLarge, StoreUnavailable, StreamDamaged, TooManyRequests } from '@waymark/core/kernel';
import { TokenRefused } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import { createApp } from '../../apps/api/app.module';
import { openApi } from '../../apps/api/openapi/document';
import { exampleRequests } from '../support/example-requests';
import { afterwards, temporaryDirectory } from '../support/stores';
import { raw, serve } from './client';

/*
 * The clients of the tests reject an answer whose code the OpenAPI document does not list for its operation. Here, every
 * operation meets the faults that any of them can meet.
 */

interface Response {
  readonly $ref?: string;
  readonly description: string;
}

const { paths } = openApi() as unknown as {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Response> }>>;
};

const json = { 'content-type': 'application/json' };
const codeOf = (text: string): unknown => (JSON.parse(text) as { readonly code?: unknown }).code;

/** Send every example request to a server. Returns the status and code of each answer. */
async function answers(
  url: string,
): Promise<readonly (readonly [name: string, status: number, code: unknown])[]> {
  const given: (readonly [string, number, unknown])[] = [];
  for (const { name, method, path, query, body } of exampleRequests) {
    const sent = method === 'POST' ? { headers: json, body: JSON.stringify(body ?? {}) } : {};
    const at = query.length === 0 ? path : `${path}?${query.join('&')}`;
    const { status, text } = await raw(url, { method, path: at, ...sent });
    given.push([name, status, codeOf(text)]);
  }
  return given;
}

/** The address of a server that cannot check a token. */
async function serverWithoutTokens(error: Error): Promise<string> {
  const platform = await Platform.open({ data: temporaryDirectory() });
  const identify = () => Promise.reject(error);
  const app = await createApp({ platform, identify, log: pino({ level: 'silent' }) });
  afterwards(async () => {
    await app.close();
    await platform.close();
  });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

describe('the OpenAPI document lists on every route', () => {
  it.each<[string, Error, status: number]>([
    ['STORE_UNAVAILABLE', new StoreUnavailable('event store'), 503],
    ['STREAM_CHANGED', new StreamDamaged('STREAM_CHANGED', 'person-1', 'a test'), 503],
    ['STREAM_INCOMPLETE', new StreamDamaged('STREAM_INCOMPLETE', 'person-1', 'a test'), 503],
    ['TOO_MANY_REQUESTS', new TooManyRequests(60), 429],
    ['TOKEN_INVALID', new TokenRefused('form'), 401],
    ['INTERNAL', new Error('a defect'), 500],
  ])('%s, which the check of the token can give', async (code, error, status) => {
    const given = await answers(await serverWithoutTokens(error));
    expect(given.length).toBeGreaterThan(70);
    for (const [name, ...answer] of given) expect([name, ...answer]).toEqual([name, status, code]);
  });

  it('COMMAND_TOO_LARGE, if it records events', async () => {
    const { platform, url } = await serve();
    jest.spyOn(platform.submitter, 'submit').mockRejectedValue(new AppendTooLarge(2_000_000, 1_000_000));
    const given = await answers(url);
    const tooLarge = given.filter(([, , code]) => code === 'COMMAND_TOO_LARGE').map(([name]) => name);
    expect(tooLarge.length).toBeGreaterThan(40);
    const unlisted = tooLarge.filter((name) => !described(name, 413).includes('`COMMAND_TOO_LARGE`'));
    expect(unlisted).toEqual([]);
  });

  it.each([
    ['MALFORMED_JSON', '{"name": ', json, 400],
    ['BODY_TOO_LARGE', `{"name":"${'x'.repeat(1_048_576)}"}`, json, 413],
    ['UNSUPPORTED_CHARSET', '{}', { 'content-type': 'application/json; charset=latin1' }, 415],
    ['UNSUPPORTED_ENCODING', '{}', { ...json, 'content-encoding': 'lzma' }, 415],
    ['MALFORMED_BODY', '{}', { ...json, 'content-encoding': 'gzip' }, 400],
  ] as const)('%s, if it is a POST route', async (code, body, headers, status) => {
    const { url } = await serve();
    for (const { name, method, path } of exampleRequests.filter((each) => each.method === 'POST')) {
      const answer = await raw(url, { method, path, headers, body });
      expect([name, answer.status, codeOf(answer.text)]).toEqual([name, status, code]);
    }
  });

  it('MALFORMED_PATH, if its path has a parameter', async () => {
    const { url } = await serve();
    for (const { name, method, template } of exampleRequests.filter((each) => each.template.includes('{'))) {
      const path = template.replaceAll(/\{\w+\}/g, '%ff');
      const answer = await raw(url, { method, path });
      expect([name, answer.status, codeOf(answer.text)]).toEqual([name, 400, 'MALFORMED_PATH']);
    }
  });
});

describe('the body of a GET request', () => {
  it('is not read', async () => {
    const { url } = await serve();
    const body = '{"by": ';
    const headers = { ...json, 'content-length': String(body.length) };
    expect(await raw(url, { path: '/v1/kpis?by=area', headers, body })).toMatchObject({ status: 200 });
  });
});

const described = (name: string, status: number): string => {
  const [method = '', path = ''] = name.split(' ');
  return paths[path]?.[method.toLowerCase()]?.responses[String(status)]?.description ?? '';
};

import { recordingModules } from '@waymark/modules';
import { commandRoutes } from '../../apps/api/commands/routes';
import { openApi } from '../../apps/api/openapi/document';
import {
  allocated,
  JOURNEY,
  MENTOR,
  PROGRAMME,
  PUPIL,
  type Raw,
  raw,
  SCHOOL,
  serverOfAll,
  UPN,
} from './client';

const domain = recordingModules.map((module) => module.domain);

const SEED = Number(process.env['WAYMARK_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));
const REQUESTS = 300;

/** A seeded pseudo-random number generator (mulberry32). */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomness(SEED);
const chance = (probability: number): boolean => random() < probability;
const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;

const ids = [
  JOURNEY,
  PUPIL,
  MENTOR,
  PROGRAMME,
  SCHOOL,
  UPN,
  '0',
  'constructor',
  '__proto__',
  '%00',
  '%ff',
  '..',
  'é',
];
const scalars: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    ' ',
    'x',
    '\u0000',
    '\ud800',
    '𝟘',
    UPN,
    JOURNEY,
    MENTOR,
    SCHOOL,
    PROGRAMME,
  ],
  ...[
    '2025-02-30',
    '2025-11-03',
    '0000-00-00',
    '9999-99-99',
    '2025-11-03T16:00:00Z',
    "'; DROP TABLE events; --",
  ],
  ...['x'.repeat(5_000), '__proto__', 'toString', {}, [], [[]], [null], [{}], { length: 3 }, { then: 1 }],
];
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length', 'on', ''];

const document = openApi() as unknown as {
  paths: Record<string, { post?: { requestBody?: { content: Record<string, { example?: unknown }> } } }>;
};

const examples = [...commandRoutes.values()]
  .flatMap((routes) => [...routes.values()])
  .map(({ template }) => ({
    template,
    example: document.paths[template]?.post?.requestBody?.content['application/json']?.example,
  }));

/** A valid body in which something was made invalid, at some depth. */
function spoilt(value: unknown): unknown {
  if (chance(0.2) || typeof value !== 'object' || value === null) return one(scalars);
  if (Array.isArray(value)) return chance(0.3) ? [...value, ...value, one(scalars)] : value.map(spoilt);
  const fields = Object.entries(value);
  const [name] = one(fields.length > 0 ? fields : [['x', 1]]);
  const kept = fields
    .filter(([field]) => field !== name || chance(0.7))
    .map(([field, inner]: [string, unknown]) => [field, field === name ? spoilt(inner) : inner] as const);
  return Object.fromEntries(chance(0.3) ? [...kept, [one(names), one(scalars)]] : kept);
}

const header = (): Record<string, string> => {
  const candidates: [string, string][] = [
    ['if-match', one(['"0"', '*', '"', '"99999999999999999999"', 'x'])],
    ['idempotency-key', one(['a', 'b', ' ', 'x'.repeat(300)])],
    ['waymark-position', one(['0', '-1', 'x', '99999999999999', '1e9'])],
    ['prefer', one(['wait=0', 'wait', 'wait=-1', 'wait="0"', ',;=', 'wait=0, wait=0'])],
    ['content-encoding', one(['gzip', 'identity', 'br', 'x'])],
    ['accept', one(['text/html', '*/*', 'application/xml', 'x'])],
    ['if-none-match', one(['"0"', '*', 'x'])],
    ['range', 'bytes=5-1'],
  ];
  return Object.fromEntries(candidates.filter(() => chance(0.12)));
};

function command(): Raw {
  const { template, example } = one(examples);
  const path = chance(0.7)
    ? template.replace('{id}', one(ids))
    : `/v1/${one(domain).plural}/${one(ids)}/${one(['x', 'give-consent', 'constructor', '%2e'])}`;
  const text = JSON.stringify(chance(0.1) ? example : spoilt(example));
  const body = chance(0.1) ? text.slice(0, Math.floor(text.length * random())) : text;
  const type = chance(0.9)
    ? 'application/json'
    : one(['text/plain', 'application/json;charset=x', 'multipart/form-data', ';']);
  return {
    method: chance(0.95) ? 'POST' : one(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']),
    path,
    headers: { 'content-type': type, ...header() },
    body,
  };
}

const values = [
  '',
  'x',
  'area',
  'pupil',
  'region',
  'mentor',
  '2025-09-03',
  '2025-99-99',
  '-1',
  '1e9',
  '%ff',
  '%00',
  '[]',
  '0001-01-01',
  '9999-12-31',
];
const words = [
  'by',
  'from',
  'to',
  'programme',
  'limit',
  'after',
  'asKnownAt',
  'outcome',
  'dryRun',
  '__proto__',
  'by[]',
  'by[x]',
  'constructor',
];

function question(): Raw {
  const path = one(Object.keys(document.paths)).replaceAll(/\{\w+\}/g, one(ids));
  const query = Array.from({ length: Math.floor(random() * 5) }, () => `${one(words)}=${one(values)}`).join(
    '&',
  );
  return {
    method: chance(0.9) ? 'GET' : one(['POST', 'HEAD', 'OPTIONS']),
    path: encodeURI(`${path}?${query}`).replaceAll('%25', '%'),
    headers: header(),
  };
}

function upload(): Raw {
  const boundary = 'b0undary';
  const disposition = one([
    'form-data; name="files"; filename="a.csv"',
    'form-data; name="files"; filename="../../etc/passwd"',
    'form-data; name="file"; filename="a.csv"',
    'form-data; name="files"',
    'form-data; name="files"; filename=""',
    'form-data; name="files"; filename="\u0000.csv"',
    'x',
  ]);
  const content = one([
    '',
    'URN,UPN,Date,AM,PM,RecordedAt',
    '{"deliveryModel":1}',
    '"',
    '\u0000\u0001',
    'a,b\n1',
  ]);
  const part = `--${boundary}\r\nContent-Disposition: ${disposition}\r\n\r\n${content}\r\n`;
  return {
    method: 'POST',
    path: `/v1/imports?${one(['', 'dryRun=true', 'dryRun=1', 'aliases=true', 'x=y'])}`,
    headers: {
      'content-type': `multipart/form-data; boundary=${one([boundary, boundary, boundary, 'other', ''])}`,
      ...header(),
    },
    body: part.repeat(1 + Math.floor(random() * 3)) + one([`--${boundary}--\r\n`, '', '--']),
  };
}

describe('a random request', () => {
  const server = serverOfAll();

  it(`is always answered, and never with a server error (WAYMARK_SEED=${String(SEED)})`, async () => {
    const api = server();
    await allocated(api);
    const faults: unknown[] = [];
    const statuses: Record<string, number> = {};
    for (let sent = 0; sent < REQUESTS; sent += 1) {
      const request = one([command, command, command, question, question, upload])();
      const { status, headers, text } = await raw(api.url, {
        ...request,
        path: encodeURI(request.path).replaceAll('%25', '%'),
      });
      statuses[status] = (statuses[status] ?? 0) + 1;
      const isProblem = status < 400 || headers['content-type'] === 'application/problem+json';
      // Only a position that no view has reached may lead to a status above 499.
      const ours = status >= 500 && status !== 504;
      if (ours || !isProblem || /\bat .+:\d+:\d+|node_modules/.test(text))
        faults.push({ request, status, text });
    }
    expect(faults).toEqual([]);
    expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['400', '404', '422']));
    expect(api.logged.join('')).not.toContain(UPN);
    await api.http.get('/health/ready').expect(200);
  });
});

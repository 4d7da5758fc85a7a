import { type Role, roles } from '@waymark/core/kernel';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { LOCAL } from '@waymark/governance/access';
import { localTokenKey } from '@waymark/platform';
import { openApi } from '../../apps/api/openapi/document';
import { raw } from '../api/client';
import { other, own, type World, world } from './world';

/*
 * Sends requests generated from the OpenAPI document, and manipulated tokens. Nothing may break, nobody may get access, and no
 * personal data may be in answers, in logs, or unencrypted in files.
 */

const SEED = Number(process.env['WAYMARK_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));
const REQUESTS = 10_000;
const TOKENS = 2_000;
const AT_ONCE = 16;

let served: World;

beforeAll(async () => {
  served = await world();
}, 60_000);

afterAll(() => served.close());

/** Values that only the other part's own people and the data protection officer may be shown. */
const canaries = [other.surname, other.forename, other.upn, other.dateOfBirth];
/** A personal name used as a field name, sent where no such field is declared. */
const stray = 'jaydenporter';
/** Values that no error and no log line may contain. */
const secrets = [...canaries, own.surname, own.upn, own.dateOfBirth, stray];

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly body: object | undefined;
}

const operations: readonly Operation[] = Object.entries(
  openApi().paths as Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { example?: object }> } }>
  >,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { requestBody }]) => ({
    path,
    method: method.toUpperCase(),
    body: requestBody?.content['application/json']?.example,
  })),
);

const names = [...[own, other].flatMap((part) => Object.values(part)), stray];
const wordOf = (known: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom(...known) },
    fc.constantFrom(
      '',
      '0',
      '-1',
      '__proto__',
      'constructor',
      '%00',
      '%ff',
      '..',
      'é',
      'mentor',
      'pupil',
      'upn',
      '*',
      'true',
    ),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.uuid(),
  );

const word = wordOf(names);
/** What a body says can be recorded, and then be shown: a pupil could be renamed to one of the canaries. */
const bodyWord = wordOf(names.filter((name) => !canaries.includes(name)));

/** A body like the example, sometimes with fields missing, changed or added. */
const bodyLike = (example: object): fc.Arbitrary<object> =>
  fc
    .tuple(
      ...Object.entries(example).map(([name, value]) =>
        fc
          .oneof(
            { weight: 6, arbitrary: fc.constant(value as unknown) },
            { weight: 4, arbitrary: bodyWord },
            fc.jsonValue({ maxDepth: 3 }),
            fc.constant(undefined),
          )
          .map((field) => [name, field] as const),
      ),
    )
    .chain((fields) =>
      fc.constantFrom({}, { [stray]: 1 }).map((more) => ({ ...Object.fromEntries(fields), ...more })),
    );

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly role: Role | undefined;
  readonly body: string | undefined;
}

/** Queries are sent twice as often: there are fewer of them than of commands, and their answers show records. */
const queries = operations.filter(({ method }) => method === 'GET');

const request: fc.Arbitrary<Sent> = fc
  .constantFrom(...operations, ...queries)
  .chain(({ path, method, body }) =>
    fc.record({
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(method) },
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
      ),
      path: fc
        .tuple(
          fc.array(word, { minLength: 3, maxLength: 3 }),
          fc.array(fc.tuple(word, word), { maxLength: 3 }),
        )
        .map(([parts, query]) => {
          let at = 0;
          const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(parts[at++ % 3]!));
          const asked = ['by=pupil', 'from=2025-09-01', 'to=2025-10-24'].slice(0, at % 2 === 0 ? 3 : 0);
          const more = query.map((pair) => pair.map((text) => encodeURIComponent(text)).join('='));
          return `${filled}?${[...asked, ...more].join('&')}`;
        }),
      role: fc.option(fc.constantFrom(...roles), { nil: undefined, freq: 10 }),
      body: body ? bodyLike(body).map((made) => JSON.stringify(made)) : fc.constant(undefined),
    }),
  );

/** Work through a list, several items at a time. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) await work(items[at]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

it(`${String(REQUESTS)} generated requests break nothing and disclose nothing (seed ${String(SEED)})`, async () => {
  const wrong: string[] = [];
  const counts = new Map<number, number>();
  await inParallel(fc.sample(request, { seed: SEED, numRuns: REQUESTS }), async (sent) => {
    const { method, path, role, body } = sent;
    const headers: Record<string, string> = {
      ...(role && (await served.headersOf(role))),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
      'waymark-reason': 'to see what there is',
    };
    const { status, text } = await raw(served.url, {
      method,
      path,
      headers,
      ...(body !== undefined && { body }),
    });
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const label = `${method} ${path} as ${String(role)}: ${String(status)}`;
    if (status >= 500) wrong.push(`${label} failed in the server`);
    const open = path.startsWith('/health/');
    if (!role && !open && status < 400) wrong.push(`${label} succeeded without a token`);
    // A refusal may contain no value of a person, neither a stored one nor one that was sent.
    if (status >= 400 && secrets.some((secret) => text.includes(secret)))
      wrong.push(`${label} contains personal data`);
    if (role !== 'data-protection-officer' && canaries.some((canary) => text.includes(canary)))
      wrong.push(`${label} shows data of the other part`);
  });
  expect(wrong).toEqual([]);
  // Some requests must succeed; otherwise the test would prove nothing.
  expect(counts.get(200)).toBeGreaterThan(REQUESTS / 50);
  expect(counts.get(401)).toBeGreaterThan(REQUESTS / 50);
}, 300_000);

describe(`${String(TOKENS)} manipulated tokens`, () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: LOCAL.issuer, aud: LOCAL.audience, sub: 'data-protection-officer-1' };
  const now = Math.floor(Date.now() / 1_000);
  const good = { ...claims, iat: now, exp: now + 600 };

  it(`give nobody access (seed ${String(SEED)})`, async () => {
    const { authorization } = await served.headersOf('data-protection-officer');
    const token = authorization!.slice('Bearer '.length);
    const key = localTokenKey(served.data);
    const signed = (header: object, payload: object, by = key): string => {
      const text = `${encode(header)}.${encode(payload)}`;
      return `${text}.${sign(null, Buffer.from(text), by).toString('base64url')}`;
    };
    const parts = (text: string): string =>
      text
        .split('.')
        .map((each) => Buffer.from(each, 'base64url').toString('hex'))
        .join();
    const publicPem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    const symmetric = `${encode({ alg: 'HS256' })}.${encode(good)}`;
    const eddsa = { alg: 'EdDSA' };
    // A correctly signed token is accepted. The others are therefore rejected for their fault.
    expect(await statusOf(signed(eddsa, good))).toBe(200);
    const forged = [
      `${encode({ alg: 'none' })}.${encode(good)}.`,
      `${symmetric}.${createHmac('sha256', publicPem).update(symmetric).digest('base64url')}`,
      signed(eddsa, good, generateKeyPairSync('ed25519').privateKey),
      signed({ alg: 'ES256' }, good),
      signed({ ...eddsa, crit: ['exp'] }, good),
      signed(eddsa, { ...good, exp: now - 60 }),
      signed(eddsa, { ...good, nbf: now + 600 }),
      signed(eddsa, { ...good, iss: 'https://elsewhere.example' }),
      signed(eddsa, { ...good, aud: 'another-service' }),
      signed(eddsa, { ...good, sub: '' }),
      signed(eddsa, { ...good, sub: 7 }),
      signed(eddsa, { ...good, exp: undefined }),
      signed(eddsa, { ...good, exp: 'never' }),
      `${token}.${token}`,
      'x'.repeat(9_000),
    ];
    const mutation = fc.tuple(
      fc.nat(token.length - 1),
      fc.constantFrom('flip', 'drop', 'add', 'swap'),
      fc.nat(63),
    );
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const mutated = fc
      .sample(mutation, { seed: SEED, numRuns: TOKENS })
      .map(([at, how, letter]) => {
        const [before, here, after] = [token.slice(0, at), token[at]!, token.slice(at + 1)];
        const made = {
          flip: alphabet[letter]!,
          drop: '',
          add: here + alphabet[letter]!,
          swap: (after[0] ?? '') + here,
        };
        return before + made[how as keyof typeof made] + (how === 'swap' ? after.slice(1) : after);
      })
      // Some bits of a part's last character carry no information.
      .filter((made) => parts(made) !== parts(token));
    const admitted: string[] = [];
    await inParallel([...forged, ...mutated], async (made) => {
      const status = await statusOf(made);
      if (status !== 401) admitted.push(`${String(status)} for ${made.slice(0, 40)}…`);
    });
    expect(admitted).toEqual([]);
    expect(mutated.length).toBeGreaterThan(TOKENS * 0.9);
  }, 120_000);

  const statusOf = async (token: string): Promise<number> =>
    (await raw(served.url, { path: '/v1/kpis?by=region', headers: { authorization: `Bearer ${token}` } }))
      .status;
});

it('leave no personal data in log lines, and none unencrypted in any file', async () => {
  await served.platform.settle();
  expect(served.logged.length).toBeGreaterThan(REQUESTS / 2);
  const leaks = served.logged.filter((line) => secrets.some((secret) => line.includes(secret)));
  expect(leaks).toEqual([]);
  const files = readdirSync(served.data, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    for (const secret of [own.upn, own.surname, ...canaries])
      expect([file.name, secret, bytes.includes(secret)]).toEqual([file.name, secret, false]);
  }
});

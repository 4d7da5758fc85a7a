import { createHmac, generateKeyPairSync } from 'node:crypto';
import { LOCAL, signToken, type TokenReason } from '@waymark/governance/access';
import { localTokenKey } from '@waymark/platform';
import { SUBJECT, TestIssuer } from '../support/issuer/issuer';
import { temporaryDirectory } from '../support/stores';
import { issued, settingsOf } from './issued';

const now = (): number => Math.floor(Date.now() / 1_000);

/** A subject, an audience and an issuer that must be in no log line and in no metric. */
const [STRANGER, OTHER_AUDIENCE, OTHER_ISSUER] = ['stranger-canary', 'audience-canary', 'issuer-canary'];

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Times of a token that has expired. */
const past = () => ({ iat: now() - 600, exp: now() - 10 });

/** A token without a signature by a key: none at all, or one by a shared secret. */
const keyless = (issuer: TestIssuer, alg: string): string => {
  const text = `${encode({ alg })}.${encode({ iss: issuer.url, aud: 'waymark', sub: SUBJECT, exp: now() + 300 })}`;
  return `${text}.${alg === 'none' ? '' : createHmac('sha256', 'secret').update(text).digest('base64url')}`;
};

type Faulty = (issuer: TestIssuer) => Promise<string | undefined> | string | undefined;

/** Tokens that are refused, by the reason. */
const faulty: Readonly<Record<TokenReason, readonly Faulty[]>> = {
  missing: [() => undefined],
  form: [
    () => 'not-a-token',
    () => 'a.b.c',
    () => 'x'.repeat(9_000),
    (issuer) => issuer.sign({ nbf: 'later' }),
    (issuer) => issuer.sign({ iat: 'now' }),
    (issuer) => issuer.sign({ exp: 'never' }),
    async (issuer) => (await issuer.sign()).split('.').slice(0, 2).join('.'),
  ],
  algorithm: [(issuer) => keyless(issuer, 'HS256'), (issuer) => keyless(issuer, 'none')],
  type: [
    ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'application/id+jwt', ''].map(
      (typ): Faulty =>
        (issuer) =>
          issuer.sign({}, { typ }),
    ),
    (issuer) => issuer.sign({ at_hash: 'x' }, { typ: 'JWT' }),
    (issuer) => issuer.sign({ events: {} }),
    (issuer) => issuer.sign({ typ: 'ID' }),
    (issuer) => issuer.sign({ token_use: 'id' }),
  ],
  'unknown-key': [(issuer) => issuer.sign({}, { kid: 'unheard-of' })],
  signature: [
    (issuer) =>
      issuer.sign(
        past(),
        {},
        { ...issuer.key('ES256'), ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
      ),
    (issuer) =>
      issuer.sign({}, {}, { ...issuer.key('ES256'), ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }),
    async (issuer) => {
      const [header, , signature] = (await issuer.sign()).split('.');
      const payload = encode({
        iss: issuer.url,
        aud: 'waymark',
        sub: STRANGER,
        iat: now(),
        exp: now() + 300,
      });
      return [header, payload, signature].join('.');
    },
  ],
  // A token that has expired is called expired only if signature, issuer and audience are right.
  issuer: [
    (issuer) => issuer.sign({ iss: OTHER_ISSUER, ...past() }),
    (issuer) => issuer.sign({ iss: OTHER_ISSUER }),
    (issuer) => issuer.sign({ iss: undefined }),
    (issuer) => issuer.sign({ iss: `${issuer.url}/` }),
    async () => (await TestIssuer.started()).token(),
    () => signToken(localTokenKey(temporaryDirectory()), SUBJECT, 300),
    (issuer) => issuer.sign({ iss: LOCAL.issuer }),
  ],
  audience: [
    (issuer) => issuer.sign({ aud: OTHER_AUDIENCE, ...past() }),
    (issuer) => issuer.token('RS256', 'another-service'),
    (issuer) => issuer.sign({ aud: [OTHER_AUDIENCE] }),
    (issuer) => issuer.sign({ aud: undefined }),
  ],
  subject: [
    (issuer) => issuer.sign({ sub: '' }),
    (issuer) => issuer.sign({ sub: undefined }),
    (issuer) => issuer.sign({ sub: 7 }),
    (issuer) => issuer.sign({ sub: STRANGER.repeat(20) }),
  ],
  expired: [(issuer) => issuer.sign(past())],
  'not-yet-valid': [
    (issuer) => issuer.sign({ nbf: now() + 60 }),
    (issuer) => issuer.sign({ iat: now() + 60 }),
  ],
  lifetime: [
    (issuer) => issuer.sign({ exp: undefined }),
    (issuer) => issuer.sign({ exp: now() + 86_401 }),
    (issuer) => issuer.sign({ iat: undefined, exp: now() + 86_410 }),
    (issuer) => issuer.sign({ iat: now() - 86_400, exp: now() + 60 }),
  ],
};

const codes: Partial<Record<TokenReason, string>> = { missing: 'TOKEN_MISSING', expired: 'TOKEN_EXPIRED' };

describe('a token that is refused', () => {
  it('has its reason in the log and in the metrics, and one message for the sender', async () => {
    const issuer = await TestIssuer.started();
    const api = await issued(settingsOf(issuer));
    const good = await issuer.token();
    const [sent, answers]: [string[], string[]] = [[], []];
    for (const [reason, makers] of Object.entries(faulty)) {
      for (const make of makers) {
        const token = await make(issuer);
        if (token !== undefined) sent.push(token);
        const before = api.logged().length;
        const { status, text, headers } = await api.send(token);
        const { instance, ...answer } = JSON.parse(text) as Record<string, string>;
        expect([reason, status, answer['code']]).toEqual([
          reason,
          401,
          codes[reason as TokenReason] ?? 'TOKEN_INVALID',
        ]);
        if (!(reason in codes)) answers.push(JSON.stringify([answer, headers['www-authenticate']]));
        const lines = api
          .logged()
          .slice(before)
          .filter(({ event }) => event === 'token.refused');
        expect(lines).toMatchObject([{ reason, request: instance!.slice('urn:uuid:'.length) }]);
      }
    }
    // A sender cannot tell one reason from another.
    expect(new Set(answers).size).toBe(1);
    expect(answers.length).toBeGreaterThan(25);

    const metrics = await api.metrics(good);
    for (const [reason, makers] of Object.entries(faulty))
      expect([reason, metrics.value('waymark_tokens_refused_total', { reason })]).toEqual([
        reason,
        makers.length,
      ]);

    const told =
      metrics.text +
      api
        .logged()
        .map((line) => JSON.stringify(line))
        .join('\n');
    const parts = sent.flatMap((token) => token.split('.')).filter((part) => part.length > 3);
    const secrets = [...parts, ...[STRANGER, OTHER_AUDIENCE, OTHER_ISSUER, SUBJECT, issuer.url]];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  }, 60_000);

  it('is told apart from a good one that is at the limits', async () => {
    const issuer = await TestIssuer.started();
    const api = await issued(settingsOf(issuer));
    const good = [
      issuer.sign({}, { typ: 'JWT' }),
      issuer.sign({}, { typ: 'application/AT+jwt' }),
      issuer.sign({ aud: ['another-service', 'waymark'] }),
      issuer.sign({ typ: 'Bearer' }),
      issuer.sign({ nbf: now() + 3, iat: now() + 3 }),
      issuer.sign({ iat: undefined, exp: now() + 86_400 }),
      issuer.sign({ exp: now() + 86_400 }),
      issuer.sign({}, { kid: undefined }),
    ];
    for (const token of good) expect((await api.send(await token)).status).toBe(200);
  });

  it('may have a lifetime as long as the setting says, and no longer', async () => {
    const issuer = await TestIssuer.started();
    const api = await issued({ ...settingsOf(issuer), longestLifetime: 200 });
    expect((await api.send(await issuer.sign({ exp: now() + 200 }))).status).toBe(200);
    expect((await api.send(await issuer.token())).status).toBe(401); // The issuer gives it 300 seconds.
    expect(api.logged()).toContainEqual(
      expect.objectContaining({ event: 'token.refused', reason: 'lifetime' }),
    );
  });
});

it('tells a person who is not registered their own subject, and nobody else', async () => {
  const issuer = await TestIssuer.started();
  const api = await issued(settingsOf(issuer));
  const { status, text } = await api.send(await issuer.sign({ sub: STRANGER }));
  expect([status, JSON.parse(text)]).toEqual([
    403,
    expect.objectContaining({
      code: 'UNKNOWN_PERSON',
      subject: STRANGER,
      detail: expect.not.stringContaining(STRANGER),
    }),
  ]);
  const { text: metrics } = await api.metrics(await issuer.token());
  expect(metrics + JSON.stringify(api.logged())).not.toContain(STRANGER);
});

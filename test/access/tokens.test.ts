import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import { byToken, issuedBy } from '@waymark/governance/access';
import { afterwards } from '../support/stores';

const ISSUER = 'https://login.example';
const AUDIENCE = 'waymark';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const rsa = (kid: string): Key => ({
  kid,
  alg: 'RS256',
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
});
const ec = (kid: string): Key => ({
  kid,
  alg: 'ES256',
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
});
const ed = (kid: string): Key => ({ kid, alg: 'EdDSA', ...generateKeyPairSync('ed25519') });

/** An issuer that publishes keys and can change them. */
async function issuer(...keys: Key[]) {
  const published = { keys };
  let asked = 0;
  const server: Server = createServer((_request, response) => {
    asked += 1;
    void Promise.all(
      published.keys.map(async ({ kid, alg, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg,
        use: 'sig',
      })),
    ).then((jwks) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: jwks })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => void server.close());
  const { port } = server.address() as { port: number };
  return { published, jwks: `http://127.0.0.1:${String(port)}/keys`, asked: () => asked, server };
}

const token = (
  { kid, alg, privateKey }: Key,
  claims: { iss?: string; aud?: string; sub?: string } = {},
): Promise<string> =>
  new SignJWT({ roles: ['data-protection-officer'] })
    .setProtectedHeader({ alg, kid })
    .setIssuer(claims.iss ?? ISSUER)
    .setAudience(claims.aud ?? AUDIENCE)
    .setSubject(claims.sub ?? 'subject-1')
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .sign(privateKey);

const refused = (code: string) => expect.objectContaining({ code, kind: 'unauthenticated' }) as Error;

describe('an issuer’s tokens', () => {
  it('identify a person, with each accepted signature algorithm', async () => {
    const keys = [rsa('a'), ec('b'), ed('c')];
    const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks: (await issuer(...keys)).jwks });
    for (const key of keys) expect(await verify(await token(key))).toMatchObject({ subject: 'subject-1' });
  });

  it('are accepted with new keys without a restart, and no longer with revoked keys', async () => {
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'queueMicrotask'],
    });
    try {
      const [before, after] = [rsa('before'), rsa('after')];
      const { published, jwks } = await issuer(before);
      const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks });
      expect(await verify(await token(before))).toMatchObject({ subject: 'subject-1' });
      published.keys = [after];
      jest.setSystemTime(Date.now() + 60_000);
      expect(await verify(await token(after))).toMatchObject({ subject: 'subject-1' });
      await expect(verify(await token(before))).rejects.toEqual(refused('TOKEN_INVALID'));
    } finally {
      jest.useRealTimers();
    }
  });

  it('are rejected with another issuer, another audience, no subject, or another key of the same name', async () => {
    const key = rsa('a');
    const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks: (await issuer(key)).jwks });
    const wrong = [
      await token(key, { iss: 'https://elsewhere.example' }),
      await token(key, { aud: 'another-service' }),
      await token(key, { sub: '' }),
      await token(rsa('a')),
      await token(ed('unknown')),
      'not a token',
    ];
    for (const each of wrong) await expect(verify(each)).rejects.toEqual(refused('TOKEN_INVALID'));
  });

  it('are not rejected if the issuer does not respond: the error says so and allows a retry', async () => {
    const key = rsa('a');
    const { jwks, server } = await issuer(key);
    await new Promise((resolve) => server.close(resolve));
    const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks });
    await expect(verify(await token(key))).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});

describe('the Authorization header', () => {
  /** Identify with tokens that are valid for this many milliseconds; counts the verifications. */
  function identifying(milliseconds: number) {
    const looked: string[] = [];
    const identify = byToken(
      (subject) => {
        looked.push(subject);
        return Promise.resolve({ subject, until: Date.now() + milliseconds });
      },
      { reader: (id) => Promise.resolve({ id, grants: [] }) },
    );
    return { identify, looked };
  }

  it('contains one token', async () => {
    const { identify } = identifying(600_000);
    expect(await identify('Bearer abc.def')).toEqual({ id: 'abc.def', grants: [] });
    await expect(identify(undefined)).rejects.toEqual(refused('TOKEN_MISSING'));
    for (const wrong of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer a,b'])
      await expect(identify(wrong)).rejects.toEqual(refused('TOKEN_INVALID'));
  });

  it('is verified once and cached, but not beyond the token’s expiry', async () => {
    const good = identifying(600_000);
    for (const token of ['a', 'a', 'b']) await good.identify(`Bearer ${token}`);
    expect(good.looked).toEqual(['a', 'b']);
    const over = identifying(0);
    for (const token of ['a', 'a']) await over.identify(`Bearer ${token}`);
    expect(over.looked).toEqual(['a', 'a']);
  });
});

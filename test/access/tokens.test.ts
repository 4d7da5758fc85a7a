import { LRUCache } from 'lru-cache';
import { byToken, issuedBy } from '@waymark/governance/access';
import { afterwards } from '../support/stores';
import { AUDIENCE, ec, ed, ISSUER, issuer, rsa, token } from './key-server';

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
    await expect(verify(await token(key))).rejects.toMatchObject({
      ...{ code: 'ISSUER_UNAVAILABLE', kind: 'unavailable', seconds: 5 },
    });
  });

  it('are accepted if they name no key, and if a key was replaced under the same name', async () => {
    const [first, second, third] = [ec(''), ec(''), ec('')];
    const { published, jwks } = await issuer(first, second);
    const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks });
    for (const key of [first, second])
      expect(await verify(await token(key))).toMatchObject({ subject: 'subject-1' });
    published.keys = [third];
    expect(await verify(await token(third))).toMatchObject({ subject: 'subject-1' });
    await expect(verify(await token(first))).rejects.toEqual(refused('TOKEN_INVALID'));

    const [before, after] = [ed('same'), ed('same')];
    published.keys = [before];
    expect(await verify(await token(before))).toMatchObject({ subject: 'subject-1' });
    published.keys = [after];
    expect(await verify(await token(after))).toMatchObject({ subject: 'subject-1' });
  });
});

describe('the Authorization header', () => {
  /** Identify with tokens that are valid for this many milliseconds; counts the verifications. */
  function identifying(milliseconds: number) {
    const looked: string[] = [];
    const identify = byToken(
      (token) => {
        looked.push(token);
        return Promise.resolve({
          subject: `subject of ${token.slice(0, 3)}`,
          until: Date.now() + milliseconds,
        });
      },
      { reader: (id) => Promise.resolve({ id, grants: [] }) },
    );
    return { identify, looked };
  }

  it('contains one token', async () => {
    const { identify } = identifying(600_000);
    expect(await identify('Bearer abc.def')).toEqual({ id: 'subject of abc', grants: [] });
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

  it('is verified again after half a minute, and once the token has expired', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const { identify, looked } = identifying(40_000);
      const verified = async (after: number): Promise<number> => {
        jest.advanceTimersByTime(after);
        await identify('Bearer a');
        return looked.length;
      };
      const passed = [await verified(0), await verified(29_000), await verified(2_000)];
      expect(passed).toEqual([1, 1, 2]);
      const short = identifying(10_000);
      await short.identify('Bearer a');
      jest.advanceTimersByTime(9_000);
      await short.identify('Bearer a');
      expect(short.looked).toHaveLength(1);
      jest.advanceTimersByTime(2_000);
      await short.identify('Bearer a');
      expect(short.looked).toHaveLength(2);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is cached under a hash: the token is not in memory afterwards', async () => {
    const set = jest.spyOn(LRUCache.prototype, 'set');
    afterwards(() => set.mockRestore());
    const { identify } = identifying(600_000);
    await identify('Bearer token-canary');
    expect(set).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(set.mock.calls)).not.toContain('token-canary');
  });
});

import { issuedBy, type IssuerFault, IssuerKeys } from '@waymark/governance/access';
import { type Answer, AUDIENCE, ec, ISSUER, issuer, token } from './key-server';

const refused = (code: string) => expect.objectContaining({ code, kind: 'unauthenticated' }) as Error;

describe('the issuer’s keys', () => {
  /** What the issuer answers instead of its keys, with the fault that is reported. */
  const wrongAnswers: readonly (readonly [IssuerFault['reason'], string | undefined, Answer])[] = [
    ['status', '503', (response) => void response.writeHead(503).end('busy')],
    ['status', '302', (response) => void response.writeHead(302, { location: '/' }).end()],
    ['content', undefined, (response) => void response.end('<html>')],
    ['content', undefined, (response) => void response.end('{"keys": 7}')],
    ['connection', 'UND_ERR_SOCKET', (response) => void response.destroy()],
    ['timeout', undefined, () => undefined],
  ];

  /** Fetches that fit into the time since then: one at once, and one for each second. */
  const allowedSince = (began: number): number => 1 + Math.ceil((performance.now() - began) / 1_000);

  const states: readonly (readonly [string, Answer | undefined, code: string])[] = [
    ['answers', undefined, 'TOKEN_INVALID'],
    ['fails', (response) => void response.writeHead(500).end(), 'ISSUER_UNAVAILABLE'],
  ];

  it.each(states)(
    'are fetched at most once a second if the issuer %s, whatever tokens name',
    async (_, instead, code) => {
      const key = ec('a');
      const { published, jwks, asked } = await issuer(key);
      const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks });
      const began = performance.now();
      await verify(await token(key));
      if (instead) published.instead = instead;
      const codes = new Set<unknown>();
      const flood = async (lane: number): Promise<void> => {
        for (let turn = 0; performance.now() - began < 2_500; turn += 1) {
          const forged = await token({ ...key, kid: `unknown-${String(lane)}-${String(turn)}` });
          await verify(forged).catch((error: unknown) => codes.add((error as { code: string }).code));
        }
      };
      await Promise.all(Array.from({ length: 50 }, (_each, lane) => flood(lane)));
      expect([...codes]).toEqual([code]);
      expect(asked()).toBeGreaterThan(1);
      expect(asked()).toBeLessThanOrEqual(allowedSince(began));
    },
  );

  it('are shared by the first requests, and new ones are found during a flood of unknown keys', async () => {
    const [before, after] = [ec('before'), ec('after')];
    const { published, jwks, asked } = await issuer(before);
    const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks });
    const good = await token(before);
    await Promise.all(Array.from({ length: 20 }, () => verify(good)));
    expect(asked()).toBe(1);
    const unknown = await token(ec('unknown'));
    const flooding = { on: true };
    const flood = (async () => {
      while (flooding.on) await expect(verify(unknown)).rejects.toEqual(refused('TOKEN_INVALID'));
    })();
    for (let round = 0; round < 2; round += 1) {
      published.keys = round === 0 ? [after] : [before];
      const began = performance.now();
      expect(await verify(await token(published.keys[0]!))).toMatchObject({ subject: 'subject-1' });
      expect(performance.now() - began).toBeLessThan(3_000);
    }
    flooding.on = false;
    await flood;
  });

  it.each(wrongAnswers)(
    'are kept if the answer of the issuer is wrong: %s %s',
    async (reason, detail, instead) => {
      const key = ec('a');
      const { published, jwks } = await issuer(key);
      const faults: (IssuerFault | undefined)[] = [];
      const keys = new IssuerKeys(jwks, (fault) => void faults.push(fault));
      expect(keys.state()).toEqual({ answers: undefined, age: undefined, usable: false });
      const verify = issuedBy({ issuer: ISSUER, audience: AUDIENCE, jwks }, keys);
      await verify(await token(key));
      expect(keys.state()).toEqual({ answers: true, age: expect.any(Number), usable: true });
      published.instead = instead;
      for (let round = 0; round < 2; round += 1)
        await expect(verify(await token(ec('b')))).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
      expect(keys.state()).toEqual({ answers: false, age: expect.any(Number), usable: true });
      expect(await verify(await token(key))).toMatchObject({ subject: 'subject-1' });
      delete published.instead;
      await expect(verify(await token(ec('b')))).rejects.toEqual(refused('TOKEN_INVALID'));
      expect(faults).toEqual([{ reason, ...(detail && { detail }) }, undefined]);
    },
  );
});

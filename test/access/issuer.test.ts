import { byToken, issuedBy, IssuerKeys } from '@waymark/governance/access';
import { openApi } from '../../apps/api/openapi/document';
import { createApp as createWorker } from '../../apps/worker/app.module';
import { eventually } from '../api/client';
import { algorithms, SUBJECT, TestIssuer } from '../support/issuer/issuer';
import { afterwards } from '../support/stores';
import { type IssuedApi, issued, settingsOf } from './issued';

/** Status and code of the answer to a request with a token. */
async function answered(api: IssuedApi, token: string): Promise<[status: number, code?: string]> {
  const { status, text } = await api.send(token);
  return status === 200 ? [200] : [status, (JSON.parse(text) as { code: string }).code];
}

const issuerEvents = (api: IssuedApi) =>
  api
    .logged()
    .filter(({ event }) => String(event).startsWith('issuer.'))
    .map(({ event, reason, detail }) => [event, reason, detail]);

describe('with a real issuer', () => {
  it('accepts its access tokens, with each signature algorithm', async () => {
    const issuer = await TestIssuer.started();
    const api = await issued(settingsOf(issuer));
    expect(algorithms).toEqual(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']);
    for (const alg of algorithms)
      expect([alg, ...(await answered(api, await issuer.token(alg)))]).toEqual([alg, 200]);
  });

  it('accepts tokens of new keys within a second, without a restart, and refuses those of the former keys', async () => {
    const issuer = await TestIssuer.started();
    const api = await issued(settingsOf(issuer));
    for (let round = 0; round < 3; round += 1) {
      const former = await issuer.token('ES256');
      expect(await answered(api, await issuer.token('RS256'))).toEqual([200]);
      await issuer.rotate();
      const began = performance.now();
      const tokens = await Promise.all(algorithms.map((alg) => issuer.token(alg)));
      expect(await Promise.all(tokens.map((token) => answered(api, token)))).toEqual(tokens.map(() => [200]));
      expect(performance.now() - began).toBeLessThan(3_000);
      // The former token was never sent before, so it is not cached.
      expect(await answered(api, former)).toEqual([401, 'TOKEN_INVALID']);
    }
    expect(api.logged().filter(({ event }) => event === 'token.refused')).toMatchObject(
      Array.from({ length: 3 }, () => ({ reason: 'unknown-key' })),
    );
  });

  it('keeps accepting tokens while the issuer is stopped, says so, and recovers', async () => {
    const issuer = await TestIssuer.started();
    const api = await issued(settingsOf(issuer));
    const [first, second, operator] = await Promise.all([issuer.token(), issuer.token(), issuer.token()]);
    expect(await answered(api, first)).toEqual([200]);
    expect(await api.ready()).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { issuer: { status: 'up' } } },
    });
    expect((await api.metrics(operator)).value('waymark_issuer_up')).toBe(1);

    await issuer.stop();
    await issuer.rotate();
    expect(await answered(api, second)).toEqual([200]);
    for (let round = 0; round < 2; round += 1) {
      const { status, headers, text } = await api.send(await issuer.sign());
      expect([status, headers['retry-after'], JSON.parse(text)]).toEqual([
        ...[503, '5', expect.objectContaining({ code: 'ISSUER_UNAVAILABLE' })],
      ]);
    }
    // A bad signature by a known key needs no newer keys.
    expect(await answered(api, `${second.slice(0, -8)}AAAAAAAA`)).toEqual([401, 'TOKEN_INVALID']);
    const { status, body } = await api.ready();
    expect([status, body.status, body.details['issuer']]).toEqual([
      ...[200, 'degraded', { status: 'degraded', message: expect.stringContaining('does not answer') }],
    ]);
    const away = await api.metrics(operator);
    expect(away.value('waymark_issuer_up')).toBe(0);
    expect(away.value('waymark_issuer_keys_age_seconds')).toBeGreaterThan(0);
    expect(away.value('waymark_issuer_keys_age_seconds')).toBeLessThan(60);

    await issuer.start();
    expect(await answered(api, await issuer.token())).toEqual([200]);
    expect(await answered(api, await issuer.sign())).toEqual([200]);
    expect((await api.ready()).body.status).toBe('ok');
    expect(issuerEvents(api)).toEqual([
      ['issuer.unreachable', 'connection', 'ECONNREFUSED'],
      ['issuer.answers', undefined, undefined],
    ]);
  }, 60_000);

  it('starts without the issuer, and is ready once the issuer answers', async () => {
    const issuer = await TestIssuer.started();
    await issuer.stop();
    const api = await issued(settingsOf(issuer));
    expect(await answered(api, await issuer.sign())).toEqual([503, 'ISSUER_UNAVAILABLE']);
    const { status, body } = await api.ready();
    expect([status, body.status, body.details['issuer']]).toEqual([
      ...[503, 'error', { status: 'down', message: 'does not answer; no token can be checked' }],
    ]);
    await issuer.start();
    expect(await answered(api, await issuer.token())).toEqual([200]);
    expect((await api.ready()).status).toBe(200);
  });

  it('is called unavailable by every operation that needs a token', async () => {
    const issuer = await TestIssuer.started();
    await issuer.stop();
    const api = await issued(settingsOf(issuer));
    const token = await issuer.sign();
    const operations = Object.entries(openApi().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/[{}]/g, ''),
      })),
    );
    const guarded = operations.filter(({ path }) => !path.startsWith('/health/'));
    expect(guarded.length).toBeGreaterThan(60);
    const answers = await Promise.all(
      guarded.map(async (operation) => {
        const { status, headers, text } = await api.send(token, operation);
        return [operation, status, headers['retry-after'], (JSON.parse(text) as { code: string }).code];
      }),
    );
    expect(answers).toEqual(guarded.map((operation) => [operation, 503, '5', 'ISSUER_UNAVAILABLE']));
  });

  it('lets a worker be ready without the issuer', async () => {
    const issuer = await TestIssuer.started();
    await issuer.stop();
    const api = await issued(settingsOf(issuer), { create: createWorker });
    const { status, body } = await eventually(async () => {
      const answer = await api.ready();
      return answer.body.details['issuer']!.message?.startsWith('does not answer') ? answer : undefined;
    });
    expect([status, body.status, body.details['issuer']!.status]).toEqual([200, 'degraded', 'degraded']);
    expect(issuerEvents(api)).toEqual([['issuer.unreachable', 'connection', 'ECONNREFUSED']]);
  });
});

describe('the keys of a real issuer', () => {
  const refused = (code: string) => expect.objectContaining({ code }) as Error;

  /** Let time pass for the service, but not for the issuer and the network. */
  async function passing(work: () => Promise<void>): Promise<void> {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      await work();
    } finally {
      jest.useRealTimers();
    }
  }

  /** Let the second pass that a fetch may have to wait for, and wait for the work. */
  async function through<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const ended = (): void => void (state.done = true);
    work.then(ended, ended);
    for (let turn = 0; !state.done; turn += 1) {
      await pauseForNetwork();
      if (turn < 10) jest.advanceTimersByTime(100);
    }
    return work;
  }

  const pauseForNetwork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are refused a minute and a half after the issuer withdrew them', async () => {
    const issuer = await TestIssuer.started();
    const keys = new IssuerKeys(issuer.jwks);
    afterwards(() => keys.close());
    await passing(async () => {
      keys.keepFresh();
      const identify = byToken(issuedBy(settingsOf(issuer), keys), {
        reader: (id) => Promise.resolve({ id, grants: [] }),
      });
      const identified = async (token: string) => through(identify(`Bearer ${token}`));
      const token = await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 3_600 });
      expect(await identified(token)).toMatchObject({ id: SUBJECT });
      await issuer.rotate();
      const age = keys.state().age!;
      jest.advanceTimersByTime(61_000);
      await through(
        (async () => {
          while (keys.state().age! > age + 30) await pauseForNetwork();
        })(),
      );
      jest.advanceTimersByTime(29_000);
      await expect(identified(token)).rejects.toEqual(refused('TOKEN_INVALID'));
    });
  });

  it('are trusted for an hour while the issuer does not answer', async () => {
    const issuer = await TestIssuer.started();
    await passing(async () => {
      const verify = issuedBy(settingsOf(issuer));
      const token = await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 36_000 });
      expect(await through(verify(token))).toMatchObject({ subject: SUBJECT });
      await issuer.stop();
      jest.advanceTimersByTime(59 * 60_000);
      expect(await through(verify(token))).toMatchObject({ subject: SUBJECT });
      jest.advanceTimersByTime(2 * 60_000);
      await expect(through(verify(token))).rejects.toEqual(refused('ISSUER_UNAVAILABLE'));
      await issuer.start();
      expect(await through(verify(token))).toMatchObject({ subject: SUBJECT });
    });
  });
});

import type { Server } from 'node:http';
import { pino } from 'pino';
import { TokenRefused } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import { openLimits } from '@waymark/stores/redis/limits';
import { createApp } from '../../apps/api/app.module';
import type { ProgramContext } from '../../apps/shared/program';
import { documentedClient } from '../support/documented';
import { anybody } from '../support/readers';
import { afterwards, temporaryDirectory } from '../support/stores';

/** A server with these limits, origins and authentication. */
async function served(edge: Pick<ProgramContext, 'limits' | 'origins' | 'identify'>) {
  const platform = await Platform.open({ data: temporaryDirectory() });
  const app = await createApp({ platform, log: pino({ level: 'silent' }), ...edge });
  await app.init();
  afterwards(async () => {
    await app.close();
    await platform.close();
  });
  return documentedClient(app.getHttpServer() as Server);
}

describe('browsers', () => {
  it('are told not to cache, not to load anything, and not to guess the media type', async () => {
    const http = await served({ identify: anybody });
    const { headers } = await http.get('/v1/kpis?by=area').expect(200);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('may send requests only from configured other origins', async () => {
    const http = await served({ identify: anybody, origins: ['https://app.example'] });
    const asked = (origin: string) => http.get('/v1/kpis?by=area').set('Origin', origin).expect(200);
    expect((await asked('https://app.example')).headers['access-control-allow-origin']).toBe(
      'https://app.example',
    );
    expect((await asked('https://elsewhere.example')).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });
});

describe('limits', () => {
  it('apply to one person without affecting others', async () => {
    const limits = await openLimits({ person: 3, stranger: 10, dryRuns: 1 });
    const http = await served({ identify: anybody, limits });
    const ask = (who: string) => http.get('/v1/kpis?by=area').set('Authorization', `Bearer ${who}`);
    for (const status of [200, 200, 200, 429]) await ask('one').expect(status);
    await ask('another').expect(200);
    const { body, headers } = await ask('one').expect(429);
    expect(body.code).toBe('TOO_MANY_REQUESTS');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await http.get('/health/live').expect(200);
  });

  it('apply to a client that tries invalid tokens', async () => {
    const limits = await openLimits({ person: 100, stranger: 2, dryRuns: 1 });
    const http = await served({ identify: () => Promise.reject(new TokenRefused('form')), limits });
    for (const status of [401, 401, 429]) await http.get('/v1/kpis?by=area').expect(status);
  });
});

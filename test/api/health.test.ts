import type { Server } from 'node:http';
import { pino } from 'pino';
import { views } from '@waymark/modules';
import { Platform } from '@waymark/platform';
import { createApp as createWorker } from '../../apps/worker/app.module';
import { documentedClient } from '../support/documented';
import { newEvent } from '../support/events';
import { anybody } from '../support/readers';
import { afterwards, temporaryDirectory } from '../support/stores';
import { type Api, eventually, picked, SCHOOL, school, serve } from './client';

const names = views.map(({ name }) => name);

const ready = async ({ http }: Pick<Api, 'http'>) => {
  const { status, body, headers } = await http.get('/health/ready');
  return { status, body, headers };
};

const readyWith = (api: Pick<Api, 'http'>, status: number) =>
  eventually(async () => {
    const answer = await ready(api);
    return answer.status === status ? answer : undefined;
  });

/** A client of a worker on a platform. */
async function worker(platform: Platform): Promise<Pick<Api, 'http'>> {
  const app = await createWorker({ platform, identify: anybody, log: pino({ level: 'silent' }) });
  afterwards(() => app.close());
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as { port: number };
  return { http: documentedClient(`http://127.0.0.1:${String(port)}`) };
}

describe('the readiness check', () => {
  it('succeeds if the stores respond and every view serves, and shows the position of each view', async () => {
    const api = await serve();
    const { body: answer } = await api.send(`schools/${SCHOOL}/register-school`, school).expect(200);
    await api.get('kpis?by=region', answer.position as number).expect(200);
    const { status, body, headers } = await ready(api);
    expect([status, body.status]).toEqual([200, 'ok']);
    expect(headers['cache-control']).toContain('no-store');
    expect(Object.entries(body.details as object).map(([name, { status: is }]) => [name, is])).toEqual([
      ['events', 'up'],
      ['rows', 'up'],
      ['jobs', 'up'],
      ['views', 'up'],
    ]);
    expect(picked(body.views, 'view').flat()).toEqual(names);
    expect(body.views).toContainEqual({
      ...{ view: 'schools', version: 1, generation: 1 },
      ...{ position: answer.position, stopped: false },
    });
    // Monitoring requests it every few seconds, so successful requests are not logged at level info.
    expect(api.logged.join('')).not.toContain('/health/ready');
  });

  it('fails if a view has stopped; on a worker it succeeds and reports that', async () => {
    const api = await serve();
    await api.platform.events.append('journey-strange', 'none', [newEvent('NeverHeardOf')]);
    const { body } = await readyWith(api, 503);
    expect(body.status).toBe('error');
    expect(body.error.views).toEqual({
      status: 'down',
      message: expect.stringContaining('caseload has stopped'),
    });
    expect(body.views).toContainEqual(expect.objectContaining({ view: 'caseload', stopped: true }));
    await api.http.get('/health/live').expect(200, { status: 'live' });
    expect(api.logged.join('')).toContain('"route":"/health/ready","status":503');

    const beside = await worker(api.platform);
    const itself = await ready(beside);
    expect([itself.status, itself.body.status]).toEqual([200, 'degraded']);
    expect(itself.body.details.views.message).toContain('caseload has stopped');
  });

  it('fails until a worker has built every view', async () => {
    const data = temporaryDirectory();
    const api = await serve(data, { work: false });
    const { status, body } = await ready(api);
    expect([status, body.error.views.message]).toEqual([
      503,
      names.map((name) => `${name} is not built yet`).join(', '),
    ]);
    expect(body.views).toContainEqual({ view: 'caseload', stopped: false });
    const working = await Platform.open({ data });
    afterwards(() => working.close());
    await readyWith(api, 200);
  });

  it.each([
    ['events', (platform: Platform) => jest.spyOn(platform.events, 'head')],
    ['rows', (platform: Platform) => jest.spyOn(platform.catalog, 'records')],
    ['jobs', (platform: Platform) => jest.spyOn(platform.jobs, 'get')],
  ] as const)('fails if the store of %s fails, or does not respond in time', async (store, asked) => {
    const api = await serve(temporaryDirectory(), { work: false });
    const answering = asked(api.platform);
    afterwards(() => answering.mockRestore());
    answering.mockRejectedValue(new Error('connect ECONNREFUSED 10.0.0.7:2113 as admin:changeit'));
    const failing = await ready(api);
    expect([failing.status, failing.body.error[store]]).toEqual([
      503,
      { status: 'down', message: 'does not answer', responseTime: expect.any(Number) },
    ]);
    expect(JSON.stringify(failing.body)).not.toMatch(/10\.0\.0\.7|changeit|ECONNREFUSED/);

    answering.mockReturnValue(new Promise<never>(() => undefined));
    const silent = await ready(api);
    expect([silent.status, silent.body.error[store].message]).toEqual([503, 'timeout of 2000ms exceeded']);
    await api.http.get('/health/live').expect(200);
  });
});

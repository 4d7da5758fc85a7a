import { randomUUID } from 'node:crypto';
import { type JobHandler, PermanentFailure } from '@waymark/core/kernel';
import { latch, untilTold } from '../support/jobs';
import { type Api, eventually, picked, serve, serverOfAll } from './client';

jest.setTimeout(30_000);

/** A job handler with the behaviour that a test needs. */
const work = (kind: string, run: JobHandler['run'], attempts = 1): JobHandler => ({
  kind,
  run,
  attempts,
  backoff: 1,
  concurrency: 2,
});

const inState = (api: Api, id: string, state: string) =>
  eventually(async () => {
    const { body } = await api.get(`jobs/${encodeURIComponent(id)}`);
    return body.state === state ? (body as Record<string, unknown>) : undefined;
  });

describe('jobs over HTTP', () => {
  const server = serverOfAll();

  it('are listed by kind and state, the most recently added first', async () => {
    const { platform, get } = server();
    const add = (kind: string, id: string) => platform.jobs.add({ kind, id, data: { painting: id } });
    await add('paint', 'first');
    await add('sand', 'second');
    await add('paint', 'third');
    await platform.jobs.cancel('first');
    const listed = async (query: string) =>
      picked((await get(`jobs?${query}`).expect(200)).body.items, 'id', 'state');
    expect(await listed('kind=paint')).toEqual([
      ['third', 'waiting'],
      ['first', 'cancelled'],
    ]);
    expect(await listed('limit=2')).toEqual([
      ['third', 'waiting'],
      ['second', 'waiting'],
    ]);
    expect(await listed('state=cancelled')).toEqual([['first', 'cancelled']]);
    expect(await listed('kind=paint&state=done')).toEqual([]);
    expect((await get('jobs/second').expect(200)).body).toEqual({
      id: 'second',
      kind: 'sand',
      data: { painting: 'second' },
      state: 'waiting',
      attempts: 0,
      addedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
  });

  it('are listed only with valid parameters', async () => {
    const { body } = await server().get('jobs?state=dead&limit=0&colour=red&kind=a b').expect(422);
    expect(picked(body.errors, 'field', 'code')).toEqual([
      ['', 'UNKNOWN_FIELD'],
      ['kind', 'WRONG_FORM'],
      ['state', 'NOT_ONE_OF'],
      ['limit', 'OUT_OF_RANGE'],
    ]);
  });

  it('are not found by an unknown id', async () => {
    const { http } = server();
    const id = randomUUID();
    for (const asked of [
      http.get(`/v1/jobs/${id}`),
      http.post(`/v1/jobs/${id}/cancel`),
      http.post(`/v1/jobs/${id}/retry`),
    ]) {
      const { status, body } = await asked;
      expect([status, body.code]).toEqual([404, 'UNKNOWN_JOB']);
    }
    const { status, headers } = await http.post(`/v1/jobs/${id}`);
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await http.post(`/v1/jobs/${id}/delete`)).status).toBe(404);
  });
});

describe('a job', () => {
  it('can be cancelled only while it is waiting or running', async () => {
    const api = await serve();
    const { jobs } = api.platform;
    const { opened: begun, open: begin } = latch();
    const run: JobHandler['run'] = async (_, context) => {
      begin();
      return untilTold(_, context);
    };
    await api.platform.work([work('paint', run)]);
    await jobs.add({ kind: 'sand', id: 'waits@2026-02-16', data: {} });
    await jobs.add({ kind: 'paint', id: 'runs', data: {} });
    await begun;

    const waiting = await api.http.post('/v1/jobs/waits%402026-02-16/cancel').expect(202);
    expect(waiting.body).toMatchObject({ id: 'waits@2026-02-16', state: 'cancelled' });
    await api.http.post('/v1/jobs/runs/cancel').expect(202);
    await inState(api, 'runs', 'cancelled');
    const again = await api.http.post('/v1/jobs/runs/cancel');
    expect([again.status, again.body.code, again.body.detail]).toEqual([
      409,
      'JOB_NOT_GOING_ON',
      'Only a waiting or running job can be cancelled. This job is cancelled.',
    ]);
  });

  it('shows why it failed permanently, and succeeds when it is retried after the cause is fixed', async () => {
    const api = await serve();
    let wrong = true;
    const run: JobHandler['run'] = async () => {
      if (wrong) throw new PermanentFailure('no paint');
      return { painted: 1 };
    };
    await api.platform.work([work('paint', run, 3)]);
    await api.platform.jobs.add({ kind: 'paint', id: 'door', data: {} });
    expect(await inState(api, 'door', 'failed')).toMatchObject({ attempts: 1, error: 'no paint' });
    const { body } = await api.get('jobs?state=failed').expect(200);
    expect(picked(body.items, 'id')).toEqual([['door']]);

    wrong = false;
    expect((await api.http.post('/v1/jobs/door/retry').expect(202)).body.id).toBe('door');
    const done = await inState(api, 'door', 'done');
    expect(done).toMatchObject({ result: { painted: 1 } });
    expect(done['error']).toBeUndefined();
    const again = await api.http.post('/v1/jobs/door/retry');
    expect([again.status, again.body.code, again.body.detail]).toEqual([
      409,
      'JOB_NOT_ENDED',
      'Only a failed or cancelled job can be retried. This job is done.',
    ]);
  });
});

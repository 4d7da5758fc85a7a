import { views as all } from '@waymark/modules';
import type { ViewState, ParkedRowReport } from '@waymark/operations';
import { openApi } from '../../apps/api/openapi/document';
import { readWhole } from '../support/events';
import { plantPoison, SCHEDULED_BEHIND } from '../support/poison';
import { allocated, type Api, eventually, JOURNEY, MENTOR, picked, serve, serverOfAll } from './client';
import { noneGoesOn, rebuilds, stateIs, states } from './rebuilding';

jest.setTimeout(60_000);

const parked = async ({ get }: Api): Promise<ParkedRowReport[]> =>
  (await get('operations/parked').expect(200)).body.items as ParkedRowReport[];

describe('views over HTTP', () => {
  it('are listed with position, owner and size', async () => {
    const api = await serve();
    const position = await allocated(api);
    await api.platform.settle();

    const { body } = await api.get('operations/views').expect(200);
    expect(body.head).toBeGreaterThanOrEqual(position);
    expect(picked(body.views, 'view', 'version', 'state')).toEqual(
      all.map(({ name, version }) => [name, version, 'live']),
    );
    for (const view of [...(body.views as ViewState[]), body.policies]) {
      expect(view).toMatchObject({ lag: { events: 0, seconds: 0 }, parked: 0 });
      expect(view.owner).toMatch(new RegExp(`/${String(process.pid)}$`));
    }
    const caseload = (body.views as ViewState[]).find(({ view }) => view === 'caseload')!;
    expect(caseload).toMatchObject({ generation: 1, position: body.head, rows: 1 });
    expect(caseload.bytes).toBeGreaterThan(100);
  });

  it('show their lag if no process keeps them up to date', async () => {
    const api = await serve();
    await allocated(api);
    await api.platform.settle();
    const { body: before } = await api.get('operations/views').expect(200);
    const beside = await serve(api.platform.data, { work: false });
    await api.close();
    await plantPoison(beside.platform.events, JOURNEY);

    const { body } = await beside.get('operations/views').expect(200);
    expect(body.head).toBe(Number(before.head) + 2);
    for (const view of body.views as ViewState[]) {
      expect(view).toMatchObject({ position: before.head, lag: { events: 2 } });
      expect(view.lag.seconds).toBeGreaterThan(0);
      expect(view.owner).toBeUndefined();
    }
    expect(body.policies).toMatchObject({ lag: { events: 0, seconds: 0 } });
  });
});

describe('an event that cannot be folded', () => {
  it('is listed with the rows parked at it, which continue once it is skipped with a reason', async () => {
    const api = await serve();
    await allocated(api);
    const poison = await plantPoison(api.platform.events, JOURNEY);
    await api.platform.settle();

    const waiting = await parked(api);
    expect(
      picked(waiting, 'view', 'generation', 'key', 'event', 'type', 'position', 'waiting'),
    ).toContainEqual([...['caseload', 1, JOURNEY, poison.id, 'PupilReferred', poison.position, 1]]);
    expect(waiting[0]!.error).toContain('Cannot read properties of undefined');
    const caseload = `operations/parked/caseload/${JOURNEY}`;
    const retried = await api.send(`${caseload}/retry`).expect(200);
    expect(picked(retried.body.items, 'event', 'waiting')).toEqual([[poison.id, 1]]);
    const { body: stale } = await api.get(`caseloads/${MENTOR}`).expect(200);
    expect(stale.items).toHaveLength(1);
    expect(stale.items[0].nextSession).toBeUndefined();

    await api.send(`${caseload}/skip`, {}).expect(422);
    const reason = 'Recorded twice by the old system';
    const skipped = await api
      .send(`${caseload}/skip`, { reason }, { Authorization: 'Bearer ops:1' })
      .expect(200);
    expect(skipped.body).toEqual({ items: [] });
    const { body: fresh } = await api.get(`caseloads/${MENTOR}`).expect(200);
    expect(fresh.items[0].nextSession).toBe(SCHEDULED_BEHIND);
    expect((await parked(api)).map(({ view }) => view)).not.toContain('caseload');
    const recorded = (await readWhole(api.platform.events)).filter(({ type }) => type === 'EventSkipped');
    expect(recorded).toMatchObject([
      { data: { event: poison.id, view: 'caseload', version: 3, reason }, metadata: { actor: 'ops:1' } },
    ]);
    expect((await api.send(`${caseload}/skip`, { reason }).expect(404)).body.code).toBe('NOT_PARKED');
    expect((await api.send('operations/parked/nothing/x/retry').expect(404)).body.code).toBe('NOT_PARKED');
  });

  it('fails only the rebuild of its view, which can be resumed after the event is skipped', async () => {
    const api = await serve();
    await allocated(api);
    const poison = await plantPoison(api.platform.events, JOURNEY);
    await api.platform.settle();

    await api.send('operations/rebuilds', { views: ['caseload', 'pupils'] }).expect(202);
    const failed = await stateIs(api, 'failed');
    expect(failed).toMatchObject({ view: 'caseload', generation: 2 });
    expect(failed.error).toContain(`event PupilReferred at position ${String(poison.position)}`);
    await eventually(async () => ((await rebuilds(api)).length === 1 ? true : undefined));
    expect(await states(api, 'pupils')).toContainEqual([2, 2, 'live']);
    expect(await states(api, 'caseload')).toEqual([
      [3, 1, 'live'],
      [3, 2, 'failed'],
    ]);

    await api.send(`operations/parked/caseload/${JOURNEY}/skip`, { reason: 'A mistake' }).expect(200);
    await api.send('operations/rebuilds/caseload/resume').expect(200);
    await noneGoesOn(api);
    expect(await states(api, 'caseload')).toContainEqual([3, 2, 'live']);
    const { body } = await api.get(`caseloads/${MENTOR}`).expect(200);
    expect(body.items[0].nextSession).toBe(SCHEDULED_BEHIND);
  });
});

describe('examples of operations', () => {
  const server = serverOfAll();
  const document = openApi() as unknown as {
    readonly paths: Record<
      string,
      Record<string, { responses: Record<number, { content: Record<string, { example: object }> }> }>
    >;
  };
  /** Fields that are optional, or present only in some states. */
  const optional = ['reason', 'owner', 'rate', 'secondsLeft', 'verified', 'error'];
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.slice(0, 1).map(shape);
    if (typeof value !== 'object' || value === null) return typeof value;
    const fields = Object.entries(value).filter(([name]) => !optional.includes(name));
    return Object.fromEntries(fields.map(([name, inner]) => [name, shape(inner)]));
  };

  it('have the same fields as real answers', async () => {
    const api = server();
    await allocated(api);
    await plantPoison(api.platform.events, JOURNEY);
    await api.platform.settle();
    await api.send('operations/rebuilds', { views: ['mentors'], hold: true }).expect(202);
    await stateIs(api, 'verified');
    for (const path of ['views', 'rebuilds', 'parked']) {
      const { body } = await api.get(`operations/${path}`).expect(200);
      const { example } =
        document.paths[`/v1/operations/${path}`]!['get']!.responses[200]!.content['application/json']!;
      expect(shape(body)).toEqual(shape(example));
    }
  });
});

import { allocated, eventually, MENTOR, picked, serve } from './client';
import { gate, noneGoesOn, rebuilds, stateIs, states } from './rebuilding';

jest.setTimeout(60_000);

describe('a rebuild over HTTP', () => {
  it('builds several views while they serve, and then makes the new generations live', async () => {
    const api = await serve();
    await allocated(api);
    const before = (await api.get(`caseloads/${MENTOR}`).expect(200)).body;

    const { body, headers } = await api
      .send('operations/rebuilds', { views: ['caseload', 'phase-progress', 'caseload'] })
      .expect(202);
    expect(headers['location']).toBe('/v1/operations/rebuilds');
    expect(picked(body.items, 'view', 'generation', 'hold')).toEqual([
      ['caseload', 2, false],
      ['phase-progress', 2, false],
    ]);
    await noneGoesOn(api);

    for (const [view, version] of [
      ['caseload', 3],
      ['phase-progress', 1],
    ] as const)
      expect(await states(api, view)).toEqual([
        [version, 1, 'previous'],
        [version, 2, 'live'],
      ]);
    expect(await states(api, 'pupils')).toEqual([[2, 1, 'live']]);
    expect((await api.get(`caseloads/${MENTOR}`).expect(200)).body).toEqual(before);
  });

  it('with hold waits for the switch, which can be reversed until the previous generation is retired', async () => {
    const api = await serve();
    await allocated(api);
    await api.send('operations/rebuilds', { views: ['caseload'], hold: true }).expect(202);
    expect(await stateIs(api, 'verified')).toMatchObject({
      ...{ view: 'caseload', generation: 2, hold: true, percent: 100 },
      verified: { rows: 1, different: 0 },
    });
    expect(await states(api, 'caseload')).toEqual([
      [3, 1, 'live'],
      [3, 2, 'verified'],
    ]);

    const act = async (name: string): Promise<unknown[][]> => {
      const { body } = await api.send(`operations/rebuilds/caseload/${name}`).expect(200);
      return picked(body.items, 'generation', 'state');
    };
    const switched = [
      [1, 'previous'],
      [2, 'live'],
    ];
    expect(await act('switch')).toEqual(switched);
    expect(await act('switch-back')).toEqual([
      [2, 'previous'],
      [1, 'live'],
    ]);
    expect(await act('switch-back')).toEqual(switched);
    expect(await act('retire')).toEqual([[2, 'live']]);
    expect((await api.get(`caseloads/${MENTOR}`).expect(200)).body.pupils).toBe(1);
  });

  it('shows its progress, its rate and the time left', async () => {
    const api = await serve();
    await allocated(api);
    const { catalog, events, rebuilder } = api.platform;
    const head = await events.head();
    const run = rebuilder.run.bind(rebuilder);
    const looked = gate();
    jest.spyOn(rebuilder, 'run').mockImplementationOnce(async (views, options) => {
      await catalog.change('caseload', (record) => ({
        ...record,
        building: { ...record.building!, state: 'building' },
      }));
      const progress = {
        state: 'building',
        position: 3,
        head,
        events: 4,
        rate: 90_000,
        secondsLeft: 7,
      } as const;
      await options?.onProgress?.({ views, ...progress });
      await looked.passed;
      return run(views, options);
    });
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    const told = await eventually(async () => (await rebuilds(api)).find(({ rate }) => rate !== undefined));
    expect(told).toMatchObject({ state: 'building', head, percent: 0, rate: 90_000, secondsLeft: 7 });
    looked.open();
    await noneGoesOn(api);
  });

  it('can be paused and resumed', async () => {
    const api = await serve();
    await allocated(api);
    const { rebuilder } = api.platform;
    const run = rebuilder.run.bind(rebuilder);
    const begun = gate();
    jest.spyOn(rebuilder, 'run').mockImplementationOnce(async (...args) => {
      await begun.passed;
      return run(...args);
    });
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    await api.send('operations/rebuilds/caseload/pause').expect(200);
    begun.open();
    await eventually(async () => (await api.platform.jobs.list({ kind: 'rebuild', state: 'done' }))[0]);
    expect(await rebuilds(api)).toMatchObject([{ view: 'caseload', state: 'paused' }]);
    expect(await states(api, 'caseload')).toEqual([
      [3, 1, 'live'],
      [3, 2, 'paused'],
    ]);

    await api.send('operations/rebuilds/caseload/resume').expect(200);
    await noneGoesOn(api);
    expect(await states(api, 'caseload')).toContainEqual([3, 2, 'live']);
  });

  it('continues if it is resumed before the process that built it has paused', async () => {
    const api = await serve();
    await allocated(api);
    const { rebuilder } = api.platform;
    const run = rebuilder.run.bind(rebuilder);
    const [begun, rested, resumed] = [gate(), gate(), gate()];
    jest.spyOn(rebuilder, 'run').mockImplementationOnce(async (...args) => {
      await begun.passed;
      const state = await run(...args);
      rested.open();
      await resumed.passed;
      return state;
    });
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    await api.send('operations/rebuilds/caseload/pause').expect(200);
    begun.open();
    await rested.passed;
    await api.send('operations/rebuilds/caseload/resume').expect(200);
    resumed.open();
    await noneGoesOn(api);
    expect(await states(api, 'caseload')).toContainEqual([3, 2, 'live']);
  });

  it('can be resumed after its job was cancelled', async () => {
    const api = await serve();
    await allocated(api);
    const fault = jest.spyOn(api.platform.rebuilder, 'run').mockRejectedValue(new Error('the disk is full'));
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    const job = await eventually(async () =>
      (await api.platform.jobs.list({ kind: 'rebuild' })).find(({ error }) => error),
    );
    expect(await rebuilds(api)).toMatchObject([{ state: 'planned', error: 'the disk is full' }]);
    await api.platform.jobs.cancel(job.id);
    expect(await stateIs(api, 'failed')).toMatchObject({ view: 'caseload' });
    fault.mockRestore();

    await api.send('operations/rebuilds/caseload/resume').expect(200);
    await noneGoesOn(api);
    expect(await states(api, 'caseload')).toContainEqual([3, 2, 'live']);
  });

  it('is deleted when it is cancelled', async () => {
    const api = await serve();
    await allocated(api);
    await api.send('operations/rebuilds', { views: ['caseload'], hold: true }).expect(202);
    await stateIs(api, 'verified');
    const { body } = await api.send('operations/rebuilds/caseload/cancel').expect(200);
    expect(picked(body.items, 'generation', 'state')).toEqual([[1, 'live']]);
    expect(await api.platform.rowStore.names()).not.toContain('caseload@3.2');
    // The next rebuild has a new generation number.
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    await noneGoesOn(api);
    expect(await states(api, 'caseload')).toContainEqual([3, 3, 'live']);
  });

  it('is refused if it cannot be started or changed in the current state', async () => {
    const api = await serve();
    await allocated(api);
    const code = async (path: string, body: object, status: number): Promise<unknown> =>
      (await api.send(`operations/${path}`, body).expect(status)).body;
    expect(await code('rebuilds', { views: ['caseload', 'nothing'] }, 422)).toMatchObject({
      code: 'INVALID_FIELDS',
      errors: [{ field: 'views.1', code: 'UNKNOWN_VIEW' }],
    });
    expect(await code('rebuilds', {}, 422)).toMatchObject({ errors: [{ field: 'views', code: 'REQUIRED' }] });
    expect(await code('rebuilds/nothing/pause', {}, 404)).toMatchObject({ code: 'UNKNOWN_VIEW' });
    expect(await code('rebuilds/caseload/polish', {}, 404)).toMatchObject({ code: 'UNKNOWN_PATH' });
    for (const act of ['pause', 'resume', 'cancel'])
      expect(await code(`rebuilds/caseload/${act}`, {}, 409)).toMatchObject({ code: 'NO_REBUILD' });
    expect(await code('rebuilds/caseload/switch', {}, 409)).toMatchObject({ code: 'NOT_VERIFIED' });
    expect(await code('rebuilds/caseload/switch-back', {}, 409)).toMatchObject({
      code: 'NOTHING_TO_SWITCH_BACK',
    });
    expect(await states(api, 'caseload')).toEqual([[3, 1, 'live']]);

    await api.platform.jobs.stop();
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    await api.send('operations/rebuilds', { views: ['caseload'] }).expect(202);
    expect(await api.platform.jobs.list({ kind: 'rebuild' })).toHaveLength(1);
    expect(await code('rebuilds', { views: ['caseload'], hold: true }, 409)).toMatchObject({
      code: 'REBUILD_GOES_ON',
    });
    await api.send('operations/rebuilds/caseload/pause').expect(200);
    expect(await code('rebuilds', { views: ['caseload'] }, 409)).toMatchObject({ code: 'REBUILD_RESTS' });
    await api.http.get('/v1/operations/rebuilds/caseload/pause').expect(405);
  });
});

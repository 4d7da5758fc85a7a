import { join } from 'node:path';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { newEvent } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { allocated, type Api, JOURNEY, picked, PROGRAMME, PUPIL, SCHOOL, serve } from './client';
import { stateIs, states } from './rebuilding';

const FORMER = 'regional-kpis';
const PRESENT = 'pupil-outcomes';

const kpis = async (api: Api): Promise<unknown> => (await api.get('kpis?by=school').expect(200)).body;

describe('a data folder whose KPIs were projected under the former name of the view', () => {
  /** Rows as the previous release stored them. They say more than the log, so that a rebuild would show. */
  async function withFormerRows(data: string): Promise<void> {
    const rows = new SqliteRowStore(join(data, 'views.sqlite'));
    const set = { name: FORMER, version: 1, indexes: [] };
    const to = await rows.checkpoint(set);
    await rows.drop(set);
    await rows.prepare(set);
    const journey = { programme: PROGRAMME, school: SCHOOL, referred: '2025-09-19', sessions: {} };
    const row = { journeys: { [JOURNEY]: { ...journey, completed: '2026-01-30' } }, pages: {} };
    const changes = new Map([[PUPIL, { row, loaded: undefined }]]);
    await rows.commit(set, { from: await rows.checkpoint(set), to, epoch: 0, changes });
    const serving = { version: 1, generation: 1 };
    const id = `view/${FORMER}`;
    await rows.control.put(id, (await rows.control.get(id))!.revision, {
      serving,
      built: { 1: 1 },
      stopped: {},
    });
    await rows.close();
  }

  it('answers KPIs from those rows at once, and does not build the view again', async () => {
    const data = temporaryDirectory();
    const first = await serve(data);
    await allocated(first);
    await first.platform.settle();
    const answered = (await kpis(first)) as { items: { completed: number }[] };
    expect(answered.items).toMatchObject([{ referred: 1, completed: 0 }]);
    await first.close();
    await withFormerRows(data);

    const next = await serve(data);
    expect(await kpis(next)).toMatchObject({ items: [{ referred: 1, completed: 1 }] });
    expect((await next.get('operations/rebuilds').expect(200)).body).toEqual({ items: [] });
    expect(await states(next, PRESENT)).toEqual([[1, 1, 'live']]);
    expect(await states(next, FORMER)).toEqual([]);
  });
});

describe('the former name of a view over HTTP', () => {
  it('starts and controls rebuilds, and answers have the present name', async () => {
    const api = await serve();
    await allocated(api);
    const { body } = await api
      .send('operations/rebuilds', { views: [FORMER, PRESENT], hold: true })
      .expect(202);
    expect(picked(body.items, 'view', 'generation')).toEqual([[PRESENT, 2]]);
    expect(await stateIs(api, 'verified')).toMatchObject({ view: PRESENT });
    const switched = await api.send(`operations/rebuilds/${FORMER}/switch`).expect(200);
    expect(picked(switched.body.items, 'view', 'generation', 'state')).toEqual([
      [PRESENT, 1, 'previous'],
      [PRESENT, 2, 'live'],
    ]);
  });

  it('finds a row, and answers have the present name', async () => {
    const api = await serve();
    await allocated(api);
    const [former, present] = await Promise.all(
      [FORMER, PRESENT].map(async (name) => (await api.get(`views/${name}/${PUPIL}`).expect(200)).body),
    );
    expect(former).toMatchObject({ view: PRESENT, key: PUPIL, equal: true });
    expect(former).toEqual(present);
  });

  it('finds a parked row, and answers have the present name', async () => {
    const api = await serve();
    await allocated(api);
    const poison = newEvent('AttendanceRecorded', {}, { subject: PUPIL });
    await api.platform.stores.events.append(`attendance-${PUPIL}`, 'any', [poison]);
    await api.platform.settle();
    const parked = `operations/parked/${FORMER}/${PUPIL}`;
    const retried = await api.send(`${parked}/retry`).expect(200);
    expect(picked(retried.body.items, 'view', 'key')).toEqual([[PRESENT, PUPIL]]);
    const skipped = await api.send(`${parked}/skip`, { reason: 'It has no marks.' }).expect(200);
    expect(skipped.body).toEqual({ items: [] });
  });
});

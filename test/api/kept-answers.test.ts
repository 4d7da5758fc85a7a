import { getKpis } from '@waymark/modules/insights/questions/kpis';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { KeptAnswers } from '../../apps/api/questions/kept-answers';
import { allocated, type Api, JOURNEY, MENTOR, serve } from './client';

describe('figures that are queried again', () => {
  let api: Api;
  let position: number;
  let reads: jest.SpyInstance;
  beforeEach(async () => {
    api = await serve();
    position = await allocated(api);
    reads = jest.spyOn(api.platform.rowStore, 'find');
  });

  const send = async (command: string, body: object): Promise<void> => {
    const answer = await api
      .send(`journeys/${JOURNEY}/${command}`, { on: '2025-11-03', ...body })
      .expect(200);
    position = answer.body.position as number;
  };
  const barrier = {
    barrier: '5f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b13',
    kind: 'TRANSPORT',
    by: 'MENTOR',
    severity: 2,
  };
  const session = {
    ...{ session: '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f', mentor: MENTOR },
    ...{ minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' },
  };
  /** The answer, and whether rows were read for it. */
  const asked = async (path: string): Promise<{ items: object[]; anew: boolean }> => {
    reads.mockClear();
    const { body } = await api.get(path, position).expect(200);
    return { items: body.items as object[], anew: reads.mock.calls.length > 0 };
  };

  it('are computed again only after an event that changes them', async () => {
    const first = await asked('kpis?by=area');
    expect(first).toMatchObject({ items: [{ allocated: 1, sessionsHeld: 0 }], anew: true });
    await send('record-barrier', barrier);
    expect(await asked('kpis?by=area')).toEqual({ ...first, anew: false });

    await send('hold-session', session);
    expect(await asked('kpis?by=area')).toMatchObject({ items: [{ sessionsHeld: 1 }], anew: true });
    expect(await asked('kpis?by=area')).toMatchObject({ items: [{ sessionsHeld: 1 }], anew: false });
  });

  it.each(['kpis?by=school', 'phase-progress?by=area', 'attendance?by=school&from=2025-09-01&to=2025-10-24'])(
    'are computed once for each set of parameters: %s',
    async (path) => {
      const first = await asked(path);
      expect(first.anew).toBe(true);
      expect(await asked(path)).toEqual({ ...first, anew: false });
      expect((await asked('kpis?by=region')).anew).toBe(true);
      expect(await asked(path)).toEqual({ ...first, anew: false });
    },
  );

  it('cannot be read from views that their question does not declare, because changes would go unnoticed', async () => {
    const reading = api.app.get(KeptAnswers).to(getKpis, {}, (rows) => rows.find(caseloads));
    await expect(reading).rejects.toThrow('does not declare the view caseload');
  });
});

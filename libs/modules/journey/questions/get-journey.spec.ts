import { answerTo } from '@test/support/questions';
import type { Journey } from '@waymark/modules/journey';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getJourney, toTheDay } from './get-journey';

const id = exampleIds.journey;

const state: Journey = {
  pupil: exampleIds.pupil,
  programme: 'ampe-2025-11',
  school: '990401',
  referredOn: '2025-09-19',
  consents: [],
  allocations: [],
  phase: 2,
  model: { version: 1, weeks: 12, sessionMinutes: 60, sessionsPerPhase: 3, phases: ['One', 'Two'] },
  sessions: {
    [exampleIds.session]: { outcome: 'scheduled', on: '2025-11-10', mentor: 'M-1' },
    [exampleIds.referral]: {
      ...{ outcome: 'held', on: '2025-11-03', mentor: 'M-1', minutes: 60 },
      ...{ mode: 'IN_PERSON', place: 'SCHOOL', phase: 1 },
    },
  },
  barriers: { [exampleIds.barrier]: { kind: 'TRANSPORT' } },
  support: {},
};

const scopes = { [`journey ${id}`]: [{ mentor: 'M-1', programme: 'ampe-2025-11' }] };
const given = { states: { [`journey ${id}`]: state }, scopes };

describe('GetJourney', () => {
  it('returns the maps of a journey as lists, with sessions ordered by day', async () => {
    const answer = await answerTo(getJourney, { id }, given);
    expect(answer).toMatchObject({ id, revision: 3, model: { phases: ['One', 'Two'], sessionsPlanned: 6 } });
    expect(answer.sessions.map(({ on, outcome }) => [on, outcome])).toEqual([
      ['2025-11-03', 'held'],
      ['2025-11-10', 'scheduled'],
    ]);
    expect(answer.barriers).toEqual([{ barrier: exampleIds.barrier, kind: 'TRANSPORT' }]);
  });

  it('shows the pupil of the journey', async () => {
    expect(getJourney.shown(await answerTo(getJourney, { id }, given), {})).toEqual([exampleIds.pupil]);
  });

  it('has the revision as its entity tag, except for a past state', async () => {
    const answer = await answerTo(getJourney, { id }, given);
    expect(getJourney.etag?.(answer)).toBe('"3"');
    expect(getJourney.etag?.({ ...answer, asOf: '2025-11-03' })).toBeUndefined();
    expect(getJourney.etag?.({ ...answer, asKnownAt: '2025-11-03T09:00:00.000Z' })).toBeUndefined();
  });

  it('uses records without personal data for principals who may not see names', async () => {
    const redacted = { [`journey ${id}`]: { ...state, school: '990402' } };
    const schoolFor = async (role: 'evaluator' | 'programme-administrator'): Promise<string> =>
      (await answerTo(getJourney, { id }, { ...given, redacted, as: [{ role, programme: 'ampe-2025-11' }] }))
        .school;
    expect(await schoolFor('programme-administrator')).toBe('990401');
    expect(await schoolFor('evaluator')).toBe('990402');
  });

  it('shows principals who may not see names no revision, and a time of recording only to the day', async () => {
    const as = [{ role: 'evaluator', programme: 'ampe-2025-11' } as const];
    const answer = await answerTo(getJourney, { id }, { ...given, as });
    expect(answer.revision).toBeUndefined();
    expect(getJourney.etag?.(answer)).toBeUndefined();
    expect(toTheDay({ asOf: '2025-11-03', asKnownAt: '2025-11-03T09:12:00.000Z' })).toEqual({
      asOf: '2025-11-03',
      asKnownAt: '2025-11-03T00:00:00.000Z',
    });
  });

  it('is refused to an evaluator if the pupil is left out of research', async () => {
    const as = [{ role: 'evaluator', programme: 'ampe-2025-11' } as const];
    await expect(answerTo(getJourney, { id }, { ...given, as, leftOut: [id] })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    const both = [...as, { role: 'mentor', mentor: 'M-1' } as const];
    expect(await answerTo(getJourney, { id }, { ...given, as: both, leftOut: [id] })).toMatchObject({ id });
  });

  it('is refused if the journey is out of reach or unknown', async () => {
    const as = [{ role: 'mentor', mentor: 'M-2' } as const];
    await expect(answerTo(getJourney, { id }, { ...given, as })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(answerTo(getJourney, { id }, {})).rejects.toMatchObject({ code: 'UNKNOWN_JOURNEY' });
  });
});

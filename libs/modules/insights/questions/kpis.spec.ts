import { figureSources, furnished, mentorScopes, mentorStates } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import type { PublishedRates } from '../published-rates';
import { type JourneyKpi, pupilOutcomes } from '../views/pupil-outcomes';
import { getKpis } from './kpis';

const journey = (mentor: string, school: string, more: Partial<JourneyKpi> = {}): JourneyKpi => ({
  ...{ programme: 'ampe-2025-11', school, mentor, referred: '2025-09-19', sessions: {} },
  ...more,
});

const held = { s: { on: '2025-11-03', minutes: 60 }, t: { on: '2025-12-01', notHeld: 'logistics' } } as const;

const pupils = {
  p: { journeys: { a: journey('M-1', '990401', { consented: '2025-10-13', sessions: held }) }, pages: {} },
  q: { journeys: { b: journey('M-2', '990402') }, pages: {} },
};

const given = {
  rows: [...furnished, [pupilOutcomes, pupils]] as const,
  states: mentorStates,
  scopes: mentorScopes,
};

const published: PublishedRates = {
  localAuthorities: new Map([['890', { name: 'Blackpool', absencePercent: 10.25 }]]),
  regions: new Map([['North West', { name: 'North West', absencePercent: 8.7126 }]]),
};

const sources = { ...figureSources, published };

describe('GetKpis', () => {
  it('returns the funnel and sessions of a group, and the published rate', async () => {
    const { items } = await answerTo(getKpis, { by: 'area' }, given, sources);
    expect(items.map(({ key }) => key)).toEqual(['blackpool', 'hastings']);
    expect(items[0]).toMatchObject({
      ...{ referred: 1, consented: 1, started: 1, sessionsHeld: 1, sessionsNotHeld: 1, minutesHeld: 60 },
      notHeld: { acceptable: 0, unacceptable: 0, logistics: 1 },
      published: { localAuthority: { absencePercent: 10.25 }, region: { absencePercent: 8.7126 } },
    });
    // Nothing was recorded in either period: there is no rate, not a rate of 0.
    expect(items[0]).toMatchObject({ changePoints: null, baseline: { absencePercent: null } });
    expect(items[1]!.published.region).toBeNull();
  });

  it('counts only steps and sessions in a period', async () => {
    const asked = { by: 'area', from: '2025-11-01', to: '2025-11-30' } as const;
    const { items } = await answerTo(getKpis, asked, given, sources);
    expect(items[0]).toMatchObject({ referred: 0, sessionsHeld: 1, sessionsNotHeld: 0 });
  });

  it('refuses a period that ends before it starts', async () => {
    const asked = { by: 'area', from: '2025-11-30', to: '2025-11-01' } as const;
    await expect(answerTo(getKpis, asked, given, sources)).rejects.toMatchObject({
      errors: [{ field: 'to', code: 'PERIOD_ENDS_BEFORE_IT_BEGINS' }],
    });
  });

  it('continues after the last key of a page', async () => {
    const first = await answerTo(getKpis, { by: 'mentor', limit: 1 }, given, sources);
    expect(first).toMatchObject({ items: [{ key: 'M-1', name: 'Oscar Roberts' }], next: 'M-1' });
    const { items, next } = await answerTo(getKpis, { by: 'mentor', limit: 1, after: 'M-1' }, given, sources);
    expect(items.map(({ key }) => key)).toEqual(['M-2']);
    expect(next).toBeUndefined();
  });
});

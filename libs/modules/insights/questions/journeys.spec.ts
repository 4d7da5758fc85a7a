import { furnished, mentorScopes, mentorStates } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import type { Grant } from '@waymark/core/access';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { type PhaseProgressRow, phaseProgress } from '@waymark/modules/journey/views/phase-progress';
import { exampleIds } from '@waymark/modules/shared/examples';
import { listJourneys } from './journeys';

const [first, second] = ['3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11', '4f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b12'];
const { pupil, person: other } = exampleIds;

const row: CaseloadRow = {
  ...{ pupil, programme: 'ampe-2025-11', school: '990401', yearGroup: 10, mentor: 'M-1' },
  ...{ phase: 1, phaseName: 'One', phases: ['One', 'Two'], sessionsPlanned: 6, eligible: true },
  ...{ consented: true, ended: false, baselineAbsencePercent: 21.0526 },
  ...{ sessions: {}, barriers: {}, support: {} },
};
const { mentor: _ended, ...withoutMentor } = row;
const progress: PhaseProgressRow = {
  ...{ programme: 'ampe-2025-11', school: '990401', mentor: 'M-1', phase: 1, phases: ['One', 'Two'] },
  ...{ held: {}, state: 'waiting' },
};

const given = {
  rows: [
    ...furnished,
    [
      caseloads,
      {
        [first]: row,
        [second]: { ...withoutMentor, pupil: other, school: '990402', yearGroup: 8, ended: true },
      },
    ],
    [
      phaseProgress,
      { [first]: progress, [second]: { ...progress, school: '990402', mentor: 'M-2', state: 'ended' } },
    ],
  ] as const,
  states: {
    ...mentorStates,
    [`pupil ${pupil}`]: { upn: 'H801200001001', details: { forename: 'Zara', surname: 'Farouk' } },
  },
  facts: { [`journey ${first}`]: { mentor: 'M-1' }, [`journey ${second}`]: { mentor: 'M-2' } },
  scopes: {
    ...mentorScopes,
    [`journey ${first}`]: [
      { mentor: 'M-1', programme: 'ampe-2025-11', school: '990401', area: 'blackpool', region: 'North West' },
    ],
    [`journey ${second}`]: [
      { mentor: 'M-2', programme: 'ampe-2025-11', school: '990402', area: 'hastings', region: 'South East' },
    ],
  },
};
const asked = async (parameters: object, as?: Grant, leftOut: readonly string[] = []) =>
  (await answerTo(listJourneys, parameters, { ...given, leftOut, ...(as && { as: [as] }) })).items;
const ids = async (...of: Parameters<typeof asked>) => (await asked(...of)).map(({ journey }) => journey);

describe('ListJourneys', () => {
  it('returns journeys with the names of pupil, school and mentor', async () => {
    const items = await asked({}, { role: 'mentor', mentor: 'M-1' });
    expect(items).toEqual([
      {
        ...{ journey: first, pupil, name: 'Zara Farouk', programme: 'ampe-2025-11', yearGroup: 10 },
        ...{ school: '990401', schoolName: 'Harbour Academy', mentor: 'M-1', mentorName: 'Oscar Roberts' },
        ...{ eligible: true, consented: true, state: 'waiting', phase: 1, phaseName: 'One' },
      },
    ]);
    expect(listJourneys.shown({ items }, {})).toEqual([pupil, 'M-1']);
  });

  it('filters by programme, school, mentor and state', async () => {
    expect(await ids({ programme: 'ampe-2025-11' })).toEqual([first, second]);
    expect(await ids({ programme: 'other' })).toEqual([]);
    expect(await ids({ school: '990402' })).toEqual([second]);
    expect(await ids({ mentor: 'M-2' })).toEqual([second]);
    expect(await ids({ state: 'waiting' })).toEqual([first]);
  });

  it('does not return a journey for a mentor whom it no longer has', async () => {
    const facts = { ...given.facts, [`journey ${first}`]: {} };
    const { items } = await answerTo(listJourneys, { mentor: 'M-1' }, { ...given, facts });
    expect(items).toEqual([]);
  });

  it('sorts by school or year group, in pages', async () => {
    expect(await ids({ sort: 'school' })).toEqual([first, second]);
    expect(await ids({ sort: 'year' })).toEqual([second, first]);
    const { next } = await answerTo(listJourneys, { sort: 'year', limit: 1 }, given);
    expect(next).toBe(`08 ${second}`);
    expect(await ids({ sort: 'year', limit: 1, after: next })).toEqual([first]);
  });

  it('shows an evaluator ids only, and no pupil who is left out of research', async () => {
    const evaluator = { role: 'evaluator', programme: 'ampe-2025-11' } as const;
    const items = await asked({}, evaluator);
    expect(items.map(({ journey }) => journey)).toEqual([first, second]);
    expect(JSON.stringify(items)).not.toMatch(/Zara|Oscar|Priya/);
    expect(await ids({}, evaluator, [first, pupil])).toEqual([second]);
  });

  it('leaves out a journey that streams place out of reach, although the view does not yet', async () => {
    const scopes = { ...given.scopes, [`journey ${first}`]: [{ mentor: 'M-2', area: 'hastings' }] };
    const as = [{ role: 'area-manager', area: 'blackpool' } as const];
    expect(await ids({}, as[0])).toEqual([first]);
    expect((await answerTo(listJourneys, {}, { ...given, scopes, as })).items).toEqual([]);
  });
});

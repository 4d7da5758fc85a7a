import { furnished, mentorScopes, mentorStates } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import type { Grant } from '@waymark/core/access';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getCaseload } from './caseload';

const { pupil, journey, person, session, barrier, referral } = exampleIds;

const row: CaseloadRow = {
  ...{ pupil, programme: 'ampe-2025-11', school: '990401', yearGroup: 8, mentor: 'M-1' },
  ...{ allocatedOn: '2025-10-27', phase: 1, phaseName: 'One', phases: ['One', 'Two'], sessionsPlanned: 6 },
  ...{ consented: true, ended: false, baselineAbsencePercent: 21.0526 },
  sessions: { [session]: { on: '2025-11-03', is: 'held' } },
  barriers: {
    [barrier]: { kind: 'FAMILY_CONFLICT', awaitsDecision: true },
    [person]: { kind: 'TRANSPORT', severity: 0 },
  },
  support: { [referral]: { step: 'made' } },
};

const given = {
  rows: [...furnished, [caseloads, { [journey]: row, other: { ...row, mentor: 'M-2' } }]] as const,
  states: {
    ...mentorStates,
    [`journey ${journey}`]: {
      support: { [referral]: 'made' },
      lastRecords: { [`ReferralMade ${referral}`]: { referral, service: 'CAMHS, for Zara' } },
    },
    [`pupil ${pupil}`]: { upn: 'H801200001001', details: { forename: 'Zara', surname: 'Farouk' } },
  },
  scopes: {
    ...mentorScopes,
    [`journey ${journey}`]: [{ mentor: 'M-1', programme: 'ampe-2025-11', area: 'blackpool' }],
  },
};

describe('GetCaseload', () => {
  it('returns the mentor’s own pupils with names, without resolved barriers', async () => {
    const as = [{ role: 'mentor', mentor: 'M-1' } as const];
    const answer = await answerTo(getCaseload, { mentorId: 'M-1' }, { ...given, as });
    expect(answer).toMatchObject({ mentor: 'M-1', name: 'Oscar Roberts', pupils: 1 });
    expect(answer.items).toMatchObject([
      { journey, name: 'Zara Farouk', lastSession: '2025-11-03', sessionsHeld: 1 },
    ]);
    expect(answer.items[0]!.barriers).toEqual([{ barrier, kind: 'FAMILY_CONFLICT', awaitsDecision: true }]);
    expect(answer.items[0]!.support).toEqual([{ referral, service: 'CAMHS, for Zara', step: 'made' }]);
    expect(getCaseload.shown(answer, {})).toEqual(['M-1', pupil]);
  });

  it('returns no names to principals who may not see them', async () => {
    const as = [{ role: 'evaluator', programme: 'ampe-2025-11' } as const];
    const answer = await answerTo(getCaseload, { mentorId: 'M-1' }, { ...given, as });
    expect(JSON.stringify(answer)).not.toMatch(/Oscar|Zara/);
    expect(answer.items).toHaveLength(1);
    expect(answer.items[0]!.support).toEqual([{ referral, step: 'made' }]);
  });

  it('lists only journeys that the principal could ask for by themselves', async () => {
    // The mentor is based in Blackpool, the second pupil goes to a school in Hastings.
    const elsewhere = '5f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b12';
    const both = {
      ...given,
      rows: [...furnished, [caseloads, { [journey]: row, [elsewhere]: row }]] as const,
      states: { ...given.states, [`journey ${elsewhere}`]: { support: {} } },
      scopes: { ...given.scopes, [`journey ${elsewhere}`]: [{ mentor: 'M-1', area: 'hastings' }] },
    };
    const asked = async (as: Grant): Promise<unknown> => {
      const { pupils, items } = await answerTo(getCaseload, { mentorId: 'M-1' }, { ...both, as: [as] });
      return [pupils, items.map((item) => item.journey)];
    };
    expect(await asked({ role: 'mentor', mentor: 'M-1' })).toEqual([2, [journey, elsewhere]]);
    expect(await asked({ role: 'area-manager', area: 'blackpool' })).toEqual([1, [journey]]);
  });

  it('leaves out pupils who are left out of research, for an evaluator only', async () => {
    const asked = async (as: Grant): Promise<unknown> => {
      const { pupils, items } = await answerTo(
        getCaseload,
        { mentorId: 'M-1' },
        { ...given, as: [as], leftOut: [pupil, journey] },
      );
      return [pupils, items.length];
    };
    expect(await asked({ role: 'evaluator', programme: 'ampe-2025-11' })).toEqual([0, 0]);
    expect(await asked({ role: 'mentor', mentor: 'M-1' })).toEqual([1, 1]);
  });

  it('is refused out of reach and for an unknown mentor', async () => {
    const as = [{ role: 'mentor', mentor: 'M-2' } as const];
    await expect(answerTo(getCaseload, { mentorId: 'M-1' }, { ...given, as })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(answerTo(getCaseload, { mentorId: 'M-3' }, given)).rejects.toMatchObject({
      code: 'UNKNOWN_MENTOR',
    });
  });
});

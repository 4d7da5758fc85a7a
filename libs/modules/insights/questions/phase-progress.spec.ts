import { figureSources, furnished, mentorScopes, mentorStates } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import { phaseProgress, type PhaseProgressRow } from '@waymark/modules/journey/views/phase-progress';
import { getPhaseProgress } from './phase-progress';

const row = (mentor: string, school: string, more: Partial<PhaseProgressRow> = {}): PhaseProgressRow => ({
  ...{
    programme: 'ampe-2025-11',
    mentor,
    school,
    phase: 1,
    phases: ['One', 'Two'],
    held: {},
    state: 'waiting',
  },
  ...more,
});

const journeys = {
  a: row('M-1', '990401'),
  b: row('M-1', '990401', { phase: 2, held: { s: 1, t: 2 }, state: 'going on' }),
  c: row('M-2', '990402', { held: { u: 1 }, state: 'ended' }),
};

const given = {
  rows: [...furnished, [phaseProgress, journeys]] as const,
  states: mentorStates,
  scopes: mentorScopes,
};

describe('GetPhaseProgress', () => {
  it('counts pupils and sessions by phase', async () => {
    const { items } = await answerTo(getPhaseProgress, { by: 'area' }, given, figureSources);
    expect(items.map(({ key, waiting, ended }) => [key, waiting, ended])).toEqual([
      ['blackpool', 1, 0],
      ['hastings', 0, 1],
    ]);
    expect(items[0]!.phases).toEqual([
      { phase: 1, name: 'One', pupils: 0, sessionsHeld: 1 },
      { phase: 2, name: 'Two', pupils: 1, sessionsHeld: 1 },
    ]);
  });

  it('leaves out what is out of reach', async () => {
    const as = [{ role: 'area-manager', area: 'hastings' } as const];
    const { items } = await answerTo(getPhaseProgress, { by: 'area' }, { ...given, as }, figureSources);
    expect(items.map(({ key }) => key)).toEqual(['hastings']);
  });

  it('returns names only of mentors whose names may be seen', async () => {
    const named = async (role: 'area-manager' | 'regional-director') => {
      const as = [{ role, ...(role === 'area-manager' ? { area: 'blackpool' } : {}) }];
      const { items } = await answerTo(getPhaseProgress, { by: 'mentor' }, { ...given, as }, figureSources);
      return items.map(({ name }) => name);
    };
    expect(await named('area-manager')).toEqual(['Oscar Roberts']);
    expect(await named('regional-director')).toEqual(['M-1', 'M-2']);
  });

  it('caches nothing that contains a name', async () => {
    const kept: unknown[] = [];
    const answer = await answerTo(
      getPhaseProgress,
      { by: 'mentor' },
      { ...given, onKept: (result) => kept.push(result) },
      figureSources,
    );
    expect(JSON.stringify(answer)).toContain('Oscar Roberts');
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain('Oscar Roberts');
  });
});

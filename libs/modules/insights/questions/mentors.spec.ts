import { furnished, mentorScopes, mentorStates } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import type { Grant } from '@waymark/core/access';
import { getMentor, listMentors } from './mentors';

const given = { rows: furnished, states: mentorStates, scopes: mentorScopes };
const listed = async (asked: object, as?: Grant) =>
  (await answerTo(listMentors, asked, { ...given, ...(as && { as: [as] }) })).items;

describe('mentors', () => {
  it('are returned one by one and in a list, with the same fields', async () => {
    const mentor = await answerTo(getMentor, { id: 'M-1' }, given);
    expect(mentor).toEqual({
      ...{ id: 'M-1', name: 'Oscar Roberts', area: 'blackpool', from: '2025-09-01', caseload: 1 },
      ...{ programme: 'ampe-2025-11', programmeName: 'Attendance Mentoring Pilot Expansion 2025/26' },
      ...{ school: '990401', schoolName: 'Harbour Academy' },
    });
    expect((await listed({}))[0]).toEqual(mentor);
    expect(getMentor.shown(mentor, {})).toEqual(['M-1']);
    expect(listMentors.shown({ items: [mentor] }, {})).toEqual(['M-1']);
  });

  it('are filtered by programme, school and area', async () => {
    const ids = async (asked: object) => (await listed(asked)).map(({ id }) => id);
    expect(await ids({ programme: 'ampe-2025-11' })).toEqual(['M-1', 'M-2']);
    expect(await ids({ programme: 'other' })).toEqual([]);
    expect(await ids({ school: '990402' })).toEqual(['M-2']);
    expect(await ids({ area: 'blackpool' })).toEqual(['M-1']);
    expect((await answerTo(listMentors, { limit: 1 }, given)).next).toBe('M-1');
  });

  it.each([
    [{ role: 'mentor', mentor: 'M-2' }, ['M-2'], ['Priya Raman'], [1]],
    [{ role: 'school-lead', school: '990401' }, ['M-1'], ['Oscar Roberts'], [1]],
    [{ role: 'regional-director', region: 'North West' }, [], [], []],
    [
      { role: 'evaluator', programme: 'ampe-2025-11' },
      ['M-1', 'M-2'],
      [undefined, undefined],
      [undefined, undefined],
    ],
    [{ role: 'operations' }, ['M-1', 'M-2'], [undefined, undefined], [undefined, undefined]],
  ] as const)(
    'are shown to %j within reach, with what the role may see',
    async (as, ids, names, caseloads) => {
      const items = await listed({}, as);
      expect(items.map(({ id }) => id)).toEqual(ids);
      expect(items.map(({ name }) => name)).toEqual(names);
      expect(items.map(({ caseload }) => caseload)).toEqual(caseloads);
    },
  );

  it('are refused out of reach and if there is none with this id', async () => {
    const as = [{ role: 'mentor', mentor: 'M-2' } as const];
    await expect(answerTo(getMentor, { id: 'M-1' }, { ...given, as })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(answerTo(getMentor, { id: 'M-3' }, given)).rejects.toMatchObject({ code: 'UNKNOWN_MENTOR' });
  });
});

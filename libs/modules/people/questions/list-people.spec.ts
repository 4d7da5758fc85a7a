import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { people } from '../views/people';
import { getPerson } from './get-person';
import { listPeople } from './list-people';

const [priya, jo, erased] = [exampleIds.barrier, exampleIds.person, exampleIds.session];
const cover = { role: 'mentor', mentor: 'M-1', from: '2025-11-03', until: '2025-12-19' } as const;
const lead = { role: 'school-lead', school: '990401', from: '2025-09-01' } as const;
const assignments = {
  [priya]: { [exampleIds.event]: cover, [exampleIds.command]: lead },
  [jo]: {},
  [erased]: {},
};
const given = {
  rows: [[people, { [priya]: {}, [jo]: {}, [erased]: {} }]] as const,
  states: {
    [`person ${priya}`]: { known: true, name: 'Priya Raman', assignments: assignments[priya]! },
    [`person ${jo}`]: { known: true, name: 'Jo Ash', subject: 'auth0|5f7c', assignments: {} },
  },
  facts: {
    [`person ${priya}`]: { assignments: assignments[priya]! },
    [`person ${jo}`]: { assignments: {} },
    [`person ${erased}`]: { assignments: {}, erased: true },
  },
};
const ids = async (asked: object): Promise<string[]> =>
  (await answerTo(listPeople, asked, given)).items.map(({ id }) => id);

describe('ListPeople', () => {
  it('returns what GetPerson returns, without erased people', async () => {
    const answer = await answerTo(listPeople, {}, given);
    const one = (id: string) => answerTo(getPerson, { id }, given);
    expect(answer.items).toEqual([await one(priya), await one(jo)]);
    expect(JSON.stringify(answer)).not.toContain('auth0');
    expect(listPeople.shown(answer, {})).toEqual([priya, jo]);
    expect(listPeople.by).toEqual(getPerson.by);
  });

  it('filters by role, scope and day of one assignment', async () => {
    expect(await ids({ role: 'mentor' })).toEqual([priya]);
    expect(await ids({ role: 'operations' })).toEqual([]);
    expect(await ids({ mentor: 'M-1' })).toEqual([priya]);
    expect(await ids({ school: '990402' })).toEqual([]);
    expect(await ids({ role: 'mentor', on: '2025-12-19' })).toEqual([priya]);
    expect(await ids({ role: 'mentor', on: '2025-12-20' })).toEqual([]);
    expect(await ids({ role: 'mentor', school: '990401' })).toEqual([]);
  });

  it('comes in pages', async () => {
    expect((await answerTo(listPeople, { limit: 1 }, given)).next).toBe(priya);
    expect(await ids({ after: priya })).toEqual([jo]);
  });
});

import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getPerson } from './get-person';

const id = exampleIds.person;
const held = { role: 'mentor', mentor: 'M-1', from: '2025-11-03' } as const;
const state = { known: true, subject: 'auth0|5f7c', assignments: { [exampleIds.barrier]: held } };

describe('GetPerson', () => {
  it('lists the roles by assignment, and does not return the token subject', async () => {
    const states = { [`person ${id}`]: { ...state, name: 'Priya Raman' } };
    expect(await answerTo(getPerson, { id }, { states })).toEqual({
      ...{ id, name: 'Priya Raman', assignments: [{ assignment: exampleIds.barrier, ...held }] },
    });
  });

  it('is refused if the person has been erased', async () => {
    const states = { [`person ${id}`]: { ...state, erasure: 'begun' } };
    await expect(answerTo(getPerson, { id }, { states })).rejects.toMatchObject({
      ...{ code: 'PERSON_ERASED', kind: 'gone' },
    });
  });

  it('is refused for an unknown person', async () => {
    await expect(answerTo(getPerson, { id }, {})).rejects.toMatchObject({ code: 'UNKNOWN_PERSON_ID' });
  });
});

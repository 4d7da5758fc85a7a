import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getPupil } from './get-pupil';

const id = exampleIds.pupil;
const thing = `pupil ${id}`;
const details = { forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' };
const given = {
  states: { [thing]: { upn: 'H801200001001', details } },
  facts: { [thing]: { schoolOn: (day: string) => (day < '2026-02-15' ? '990401' : '990402') } },
  scopes: { [thing]: [{ school: '990402' }] },
};
const mentor = [{ role: 'mentor', mentor: 'M-1' } as const];
const lead = [{ role: 'school-lead', school: '990402' } as const];

describe('GetPupil', () => {
  it('returns the current school and the masked UPN', async () => {
    expect(await answerTo(getPupil, { id }, { ...given, as: lead })).toEqual({
      ...{ id, school: '990402', forename: 'Zara', surname: 'Farouk', upn: '*001' },
    });
  });

  it('returns the full UPN to principals who may see it and give a reason', async () => {
    const upnFor = async (reason: string | undefined, as: typeof lead | typeof mentor) => {
      const scopes = { [thing]: [{ school: '990402', mentor: 'M-1' }] };
      return (await answerTo(getPupil, { id }, { ...given, scopes, as, ...(reason && { reason }) })).upn;
    };
    expect(await upnFor('attendance return', lead)).toBe('H801200001001');
    expect(await upnFor(undefined, lead)).toBe('*001');
    expect(await upnFor('attendance return', mentor)).toBe('*001');
  });

  it('returns neither name nor UPN once the key is destroyed', async () => {
    const states = { [thing]: { upn: 'H801200001001', details: {} } };
    expect(await answerTo(getPupil, { id }, { ...given, states, as: lead })).toEqual({
      id,
      school: '990402',
    });
  });

  it('is refused as erased to principals who could see the pupil, and as out of reach to all others', async () => {
    const facts = { [thing]: { ...given.facts[thing], erased: true } };
    await expect(answerTo(getPupil, { id }, { ...given, facts, as: lead })).rejects.toMatchObject({
      ...{ code: 'PUPIL_ERASED', kind: 'gone' },
    });
    await expect(answerTo(getPupil, { id }, { ...given, facts, as: mentor })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
  });

  it('returns the name of a pupil whose UPN was released', async () => {
    expect(
      await answerTo(getPupil, { id }, { ...given, states: { [thing]: { details } }, as: lead }),
    ).toEqual({
      ...{ id, school: '990402', forename: 'Zara', surname: 'Farouk' },
    });
  });

  it('is refused out of reach and for an unknown pupil', async () => {
    await expect(answerTo(getPupil, { id }, { ...given, as: mentor })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(answerTo(getPupil, { id }, {})).rejects.toMatchObject({ code: 'UNKNOWN_PUPIL' });
  });
});

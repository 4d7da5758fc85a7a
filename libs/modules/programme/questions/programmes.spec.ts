import { furnished } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import { actingRoles } from '@waymark/core/kernel';
import { getProgramme } from './get-programme';
import { listProgrammes } from './list-programmes';

const id = 'ampe-2025-11';
const given = { rows: furnished, scopes: { [`programme ${id}`]: [{ programme: id }] } };

describe('programmes', () => {
  it('are returned one by one and in a list, with the same fields', async () => {
    const programme = await answerTo(getProgramme, { id }, given);
    expect(programme).toMatchObject({ id, caseloadCap: 25, deliveryModel: { phases: ['One', 'Two'] } });
    expect(await answerTo(listProgrammes, {}, given)).toEqual({ items: [programme] });
  });

  it('are shown to every role', async () => {
    for (const role of actingRoles) {
      const { items } = await answerTo(listProgrammes, {}, { ...given, as: [{ role }] });
      expect([role, items.length]).toEqual([role, 1]);
    }
  });

  it('are refused if there is none with this id', async () => {
    await expect(answerTo(getProgramme, { id: 'other' }, given)).rejects.toMatchObject({
      code: 'UNKNOWN_PROGRAMME',
    });
  });
});

import { PUPIL } from '@test/support/given';
import { answerTo } from '@test/support/questions';
import { type DisputeRow, disputeRows } from '../views/disputes';
import { listDisputes } from './list-disputes';

const id = (n: number): string => `6d2f8b1e-9c3a-4f7d-8e5b-3a1c5e7f9d0${String(n)}`;
const row = (n: number, differing: Partial<DisputeRow> = {}): DisputeRow => ({
  ...{ claim: `upn.${String(n)}`, school: '990402', by: 'lead', state: 'open' },
  at: `2025-11-0${String(n)}T16:00:00.000Z`,
  ...differing,
});
const reason = 'The UPN is on the transfer file.';
const given = {
  rows: [
    [disputeRows, { [id(1)]: row(3), [id(2)]: row(1), [id(3)]: row(2, { state: 'rejected' }) }],
  ] as const,
  states: { [`dispute ${id(1)}`]: { reason }, [`dispute ${id(3)}`]: { reason } },
  facts: { 'claim upn.3': { by: `pupil-${PUPIL}` }, 'claim upn.2': { by: `pupil-${PUPIL}` } },
};
const shown = { school: '990402', by: 'lead', kind: 'upn' };
const first = { ...shown, id: id(2), at: row(1).at, state: 'open' };
const second = { ...shown, id: id(1), at: row(3).at, state: 'open', reason };

describe('disputes.ListDisputes', () => {
  it('returns the open disputes with the record that holds the value now, the oldest first', async () => {
    const { items } = await answerTo(listDisputes, {}, given);
    expect(items).toEqual([first, { ...second, holder: { module: 'pupil', id: PUPIL } }]);
    expect([...listDisputes.shown({ items }, {})]).toEqual(['lead', 'lead', PUPIL]);
  });

  it('returns disputes that were decided, without a holder', async () => {
    const { items } = await answerTo(listDisputes, { state: 'rejected' }, given);
    expect(items).toEqual([{ ...shown, id: id(3), at: row(2).at, state: 'rejected', reason }]);
    expect([...listDisputes.shown({ items }, {})]).toEqual(['lead']);
  });

  it('returns pages', async () => {
    expect(await answerTo(listDisputes, { limit: 1 }, given)).toEqual({ items: [first], next: id(2) });
    const { items } = await answerTo(listDisputes, { after: id(2) }, given);
    expect(items.map((item) => item.id)).toEqual([id(1)]);
    await expect(answerTo(listDisputes, { after: id(9) }, given)).rejects.toMatchObject({
      errors: [{ field: 'after', code: 'WRONG_FORM' }],
    });
  });
});

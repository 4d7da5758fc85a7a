import { answerTo } from '@test/support/questions';
import { importReports } from '../views/import-reports';
import { exampleReport, listImports } from './list-imports';

const at = (n: number) => `c0a8b2f4-5d1e-4b7a-8f3c-2e9d6a1b7c5${String(n)}`;
const begun = (n: number) => ({ ...exampleReport, startedAt: `2026-02-16T08:3${String(n)}:00.000Z` });
const rows = [[importReports, { [at(0)]: begun(0), [at(1)]: begun(2), [at(2)]: begun(1) }]] as const;

describe('ListImports', () => {
  it('returns the latest import first, in pages', async () => {
    const first = await answerTo(listImports, { limit: 2 }, { rows });
    expect(first.items.map(({ id }) => id)).toEqual([at(1), at(2)]);
    expect(first.next).toBe(at(2));
    const { items, next } = await answerTo(listImports, { limit: 2, after: at(2) }, { rows });
    expect(items).toEqual([{ id: at(0), ...begun(0) }]);
    expect(next).toBeUndefined();
  });

  it('returns only the imports that the reader has sent, unless the reader may see all', async () => {
    const mine = { ...begun(1), startedBy: 'asker' };
    const both = [[importReports, { [at(0)]: begun(0), [at(1)]: mine }]] as const;
    const as = [{ role: 'school-lead', school: '990401' } as const];
    const { items } = await answerTo(listImports, {}, { rows: both, as });
    expect(items).toEqual([{ id: at(1), ...mine }]);
    await expect(answerTo(listImports, { after: at(0) }, { rows: both, as })).rejects.toMatchObject({
      errors: [{ field: 'after', code: 'WRONG_FORM' }],
    });
  });

  it('refuses a page after an unknown import', async () => {
    await expect(answerTo(listImports, { after: at(9) }, { rows })).rejects.toMatchObject({
      errors: [{ field: 'after', code: 'WRONG_FORM' }],
    });
  });

  it('orders imports of the same moment by descending id', async () => {
    const together = [[importReports, { [at(1)]: begun(0), [at(3)]: begun(0), [at(2)]: begun(0) }]] as const;
    const { items } = await answerTo(listImports, {}, { rows: together });
    expect(items.map(({ id }) => id)).toEqual([at(3), at(2), at(1)]);
  });
});

import { furnished } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import type { Grant } from '@waymark/core/access';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { exampleIds } from '@waymark/modules/shared/examples';
import { listPupils } from './pupils';

const { pupil: zara, person: omar, journey, session: otherJourney } = exampleIds;
const blackpool = { school: '990401', area: 'blackpool' };
const hastings = { school: '990402', area: 'hastings' };
const row = (pupil: string, yearGroup: number) => ({ pupil, yearGroup }) as CaseloadRow;
const facts = (school: string) => ({ schoolOn: (day: string) => (day < '2026-02-15' ? '990499' : school) });

const given = {
  rows: [
    ...furnished,
    // The view has the school of a move that lies in the future.
    [pupils, { [zara]: { school: '990402' }, [omar]: { school: '990402' } }],
    [caseloads, { [journey]: row(zara, 8), [otherJourney]: row(zara, 9) }],
  ] as const,
  states: {
    [`pupil ${zara}`]: { upn: 'H801200001001', details: { forename: 'Zara', surname: 'Farouk' } },
    [`pupil ${omar}`]: { upn: 'C888412524007', details: { forename: 'Omar', surname: 'Haddad' } },
  },
  facts: { [`pupil ${zara}`]: facts('990401'), [`pupil ${omar}`]: facts('990402') },
  scopes: {
    [`pupil ${zara}`]: [blackpool, { ...blackpool, programme: 'one' }, { ...blackpool, programme: 'two' }],
    [`pupil ${omar}`]: [hastings],
    [`journey ${journey}`]: [{ ...blackpool, programme: 'one' }],
    [`journey ${otherJourney}`]: [{ ...blackpool, programme: 'two' }],
  },
  reason: 'attendance return',
};
const asked = async (parameters: object, as?: Grant, change: object = {}) =>
  (await answerTo(listPupils, parameters, { ...given, ...change, ...(as && { as: [as] }) })).items;
const ids = async (...of: Parameters<typeof asked>) => (await asked(...of)).map(({ id }) => id);

describe('ListPupils', () => {
  it('returns the name, the school of today and the masked UPN, even with a reason', async () => {
    const items = await asked({}, { role: 'school-lead', school: '990401' });
    expect(items).toEqual([
      {
        ...{ id: zara, forename: 'Zara', surname: 'Farouk', upn: '*001' },
        ...{ school: '990401', schoolName: 'Harbour Academy', yearGroup: 9 },
        journeys: [journey, otherJourney].sort(),
      },
    ]);
    expect(listPupils.shown({ items }, {})).toEqual([zara]);
  });

  it('filters by the school of today and by year group', async () => {
    expect(await ids({ school: '990401' })).toEqual([zara]);
    expect(await ids({ school: '990402' })).toEqual([omar]);
    expect(await ids({ yearGroup: 9 })).toEqual([zara]);
    expect(await ids({ yearGroup: 8 })).toEqual([]);
  });

  it('reads journey and year group only from journeys within reach', async () => {
    const [item] = await asked({}, { role: 'programme-administrator', programme: 'one' });
    expect([item!.journeys, item!.yearGroup]).toEqual([[journey], 8]);
  });

  it('leaves out pupils who are erased or out of reach', async () => {
    const erased = { facts: { ...given.facts, [`pupil ${zara}`]: { ...facts('990401'), erased: true } } };
    expect(await ids({}, undefined, erased)).toEqual([omar]);
    expect(await ids({}, { role: 'area-manager', area: 'hastings' })).toEqual([omar]);
  });

  it('comes in pages', async () => {
    const [before, after] = [zara, omar].sort() as [string, string];
    const { items, next } = await answerTo(listPupils, { limit: 1 }, given);
    expect([items[0]!.id, next]).toEqual([before, before]);
    expect(await ids({ after: next })).toEqual([after]);
  });
});

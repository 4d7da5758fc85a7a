import { furnished } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import type { Grant } from '@waymark/core/access';
import { getSchool } from './get-school';
import { listAreas, listRegions } from './areas-and-regions';
import { listSchools } from './list-schools';

const harbour = { school: '990401', area: 'blackpool', region: 'North West' };
const hill = { school: '990402', area: 'hastings', region: 'South East' };
const given = {
  rows: furnished,
  scopes: {
    'school 990401': [harbour, { ...harbour, programme: 'ampe-2025-11' }],
    'school 990402': [hill],
  },
};
const listed = async (asked: object, as?: Grant): Promise<string[]> =>
  (await answerTo(listSchools, asked, { ...given, ...(as && { as: [as] }) })).items.map(({ urn }) => urn);

describe('schools', () => {
  it('are returned one by one and in a list, with the same fields', async () => {
    const school = await answerTo(getSchool, { urn: '990401' }, given);
    expect(school).toMatchObject({
      ...{ urn: '990401', name: 'Harbour Academy', area: 'blackpool', areaName: 'Blackpool' },
      programmes: ['ampe-2025-11'],
    });
    const { items } = await answerTo(listSchools, {}, given);
    expect(items[0]).toEqual(school);
  });

  it('are filtered by area, region and programme', async () => {
    expect(await listed({})).toEqual(['990401', '990402']);
    expect(await listed({ area: 'hastings' })).toEqual(['990402']);
    expect(await listed({ region: 'North West' })).toEqual(['990401']);
    expect(await listed({ programme: 'ampe-2025-11' })).toEqual(['990401']);
    expect(await listed({ programme: 'other' })).toEqual([]);
  });

  it('are sorted by name and paged', async () => {
    const [first, second] = [
      await answerTo(listSchools, { sort: 'name', limit: 1 }, given),
      await answerTo(listSchools, { sort: 'name', limit: 1, after: 'Harbour Academy 990401' }, given),
    ];
    expect([first.items[0]!.name, first.next]).toEqual(['Harbour Academy', 'Harbour Academy 990401']);
    expect([second.items[0]!.name, second.next]).toEqual(['Hill School', undefined]);
  });

  it.each([
    [{ role: 'school-lead', school: '990402' }, ['990402']],
    [{ role: 'area-manager', area: 'blackpool' }, ['990401']],
    [{ role: 'regional-director', region: 'South East' }, ['990402']],
    [{ role: 'programme-administrator', programme: 'ampe-2025-11' }, ['990401']],
    [{ role: 'evaluator', programme: 'other' }, []],
    [{ role: 'access-administrator' }, ['990401', '990402']],
  ] as const)('are shown to %j within reach only', async (as, urns) => {
    expect(await listed({}, as)).toEqual(urns);
    const areas = await answerTo(listAreas, {}, { ...given, as: [as] });
    const regions = await answerTo(listRegions, {}, { ...given, as: [as] });
    const reached = [harbour, hill].filter(({ school }) => (urns as readonly string[]).includes(school));
    expect(areas.items.map(({ area, regions: of }) => [area, of])).toEqual(
      reached.map(({ area, region }) => [area, [region]]),
    );
    expect(regions.items.map(({ region, areas: of }) => [region, of])).toEqual(
      reached.map(({ area, region }) => [region, [area]]),
    );
  });

  it('are counted in their area and region', async () => {
    expect((await answerTo(listAreas, { region: 'South East' }, given)).items).toEqual([
      { area: 'hastings', name: 'Hastings', regions: ['South East'], schools: 1 },
    ]);
    expect((await answerTo(listRegions, { limit: 1 }, given)).next).toBe('North West');
  });

  it('are refused out of reach, and if there is none with this URN', async () => {
    const as = [{ role: 'school-lead', school: '990402' } as const];
    await expect(answerTo(getSchool, { urn: '990401' }, { ...given, as })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(answerTo(getSchool, { urn: '990499' }, given)).rejects.toMatchObject({
      code: 'UNKNOWN_SCHOOL',
    });
  });
});

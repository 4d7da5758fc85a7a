import { MENTOR, OTHER_MENTOR, OTHER_SCHOOL, PROGRAMME, SCHOOL } from '@test/support/given';
import { OTHER_PROGRAMME } from '@test/support/views/given';
import { far, kpis, rate, referred } from '@test/support/views/given-kpis';
import { everywhere } from '@waymark/core/access';
import { kpiGroups, type KpiQuery } from './kpis';
import type { KpiRow } from './views/pupil-outcomes';

describe('KPIs of several groups', () => {
  const rows: Readonly<Record<string, KpiRow>> = {
    a: { journeys: { 1: { ...far, school: OTHER_SCHOOL, mentor: OTHER_MENTOR } }, pages: {} },
    b: { journeys: { 2: far }, pages: {} },
    c: { journeys: { 3: { ...referred, programme: OTHER_PROGRAMME } }, pages: {} },
    d: { journeys: { 4: { ...referred, school: '999999' } }, pages: {} },
    e: { journeys: { 5: referred }, pages: {} },
  };
  const counts = async (query: KpiQuery, covers = everywhere) =>
    (await kpis(rows, query, covers)).map(({ key, name, referred }) => [key, name, referred]);

  it.each([
    [
      'region',
      [
        ['North West', 'North West', 2],
        ['South East', 'South East', 1],
      ],
    ],
    [
      'area',
      [
        ['blackpool', 'Blackpool', 2],
        ['hastings', 'Hastings', 1],
      ],
    ],
    [
      'school',
      [
        [SCHOOL, 'Blackpool Harbour Academy', 2],
        [OTHER_SCHOOL, 'Hastings Castle School', 1],
      ],
    ],
    [
      'mentor',
      [
        [MENTOR, MENTOR, 1],
        [OTHER_MENTOR, OTHER_MENTOR, 1],
      ],
    ],
  ] as const)(
    'are grouped by %s and ordered by key, without unknown schools and programmes',
    async (by, expected) => {
      expect(await counts({ by })).toEqual(expected);
    },
  );

  it('can be grouped by each of these', () => {
    expect(kpiGroups).toEqual(['region', 'area', 'school', 'mentor']);
  });

  it('are ordered by key for any order of the rows', async () => {
    const journeys = (...mentors: readonly string[]) =>
      Object.fromEntries(mentors.map((mentor, index) => [index, { ...far, mentor }]));
    const found = await kpis(
      { a: { journeys: journeys('M2', 'M4', 'M1', 'M3'), pages: {} } },
      { by: 'mentor' },
    );
    expect(found.map(({ key }) => key)).toEqual(['M1', 'M2', 'M3', 'M4']);
  });

  it('can be limited to one programme', async () => {
    expect(await counts({ by: 'area', programme: PROGRAMME })).toHaveLength(2);
    expect(await counts({ by: 'area', programme: OTHER_PROGRAMME })).toEqual([]);
  });

  it('include only groups within reach', async () => {
    expect(await counts({ by: 'area' }, ({ area }) => area === 'hastings')).toEqual([
      ['hastings', 'Hastings', 1],
    ]);
    expect(await counts({ by: 'region' }, ({ area }) => area === 'hastings')).toEqual([]);
  });

  it('have a published rate if the whole group lies in one authority or region', async () => {
    const rates = async (by: KpiQuery['by']) => (await kpis(rows, { by })).map(({ published }) => published);
    expect(await rates('region')).toStrictEqual([
      { localAuthority: null, region: rate('North West', 9.25) },
      { localAuthority: null, region: rate('South East', null) },
    ]);
    const across = { 1: { ...far, school: OTHER_SCHOOL }, 2: far };
    const [mentors] = await kpis({ a: { journeys: across, pages: {} } }, { by: 'mentor' });
    expect(mentors!.published).toStrictEqual({ localAuthority: null, region: null });
  });
});

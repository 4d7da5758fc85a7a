import { readPublishedRates } from './published-rates';

const header =
  'geographic_level,region_name,la_name,old_la_code,education_phase,overall_absence,possible_sessions';
const table = (...rows: readonly string[]): string => [header, ...rows].join('\n');

describe('published rates', () => {
  it('are those of secondary schools by local authority and region, calculated from the counts', () => {
    const rates = readPublishedRates(
      table(
        'Local authority,North West,Blackpool,890,Secondary,25,200',
        'Local authority,North West,Blackpool,890,Primary,1,200',
        'Local authority,South East,East Sussex,845,Secondary,1,3',
        'Regional,North West,,,Secondary,30,300',
        'Regional,North West,,,Total,1,300',
        'National,,,,Secondary,1,100',
      ),
    );
    expect(rates).toStrictEqual({
      localAuthorities: new Map([
        ['890', { name: 'Blackpool', absencePercent: 12.5 }],
        ['845', { name: 'East Sussex', absencePercent: 100 / 3 }],
      ]),
      regions: new Map([['North West', { name: 'North West', absencePercent: 10 }]]),
    });
  });

  it('are unknown if no session was possible or the figure is suppressed', () => {
    const { regions } = readPublishedRates(
      table('Regional,London,,,Secondary,0,0', 'Regional,South East,,,Secondary,c,c'),
    );
    expect([...regions.values()].map(({ absencePercent }) => absencePercent)).toEqual([null, null]);
  });

  it('can be read from bytes with a byte order mark', () => {
    const text = `\uFEFF${table('Regional,London,,,Secondary,1,4')}`;
    expect(readPublishedRates(Buffer.from(text)).regions).toEqual(
      new Map([['London', { name: 'London', absencePercent: 25 }]]),
    );
  });
});

import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { formats } from '@waymark/modules/exports';

const csv = (...rows: readonly object[]): Promise<string> => text(Readable.from(rows).pipe(formats.csv()));

describe('a table as CSV', () => {
  it('has a header, and line ends as in RFC 4180', async () => {
    const rows = [
      {
        key: 'blackpool',
        'baseline.absencePercent': 21.0526,
        changePoints: -3.5,
        severe: false,
        published: null,
      },
      { key: 'norwich', 'baseline.absencePercent': 0, changePoints: 1e-7, severe: true, published: 8.7126 },
    ];
    expect(await csv(...rows)).toBe(
      [
        'key,baseline.absencePercent,changePoints,severe,published',
        'blackpool,21.0526,-3.5,false,',
        'norwich,0,1e-7,true,8.7126',
        '',
      ].join('\r\n'),
    );
    expect(await csv()).toBe('');
  });

  it.each(['=1+1', '+44 20', '-Foo', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1', '＋1', '－1', '＠A1'])(
    'marks %j as text',
    async (name) => {
      expect(parse(await csv({ name }), { columns: true })).toEqual([{ name: `'${name}` }]);
    },
  );

  it.each(['St Mary, Walsall', 'The "Bridge"', 'two\nlines', 'two\rlines', 'two\r\nlines', "O'Neill", ' '])(
    'can be read back with %j',
    async (name) => {
      const after = { name: 'after' };
      expect(parse(await csv({ name }, after), { columns: true })).toEqual([{ name }, after]);
      expect(
        parse(await csv({ name }, after), { columns: true, record_delimiter: ['\r\n', '\n', '\r'] }),
      ).toEqual([{ name }, after]);
    },
  );

  it('writes numbers as numbers', async () => {
    expect(await csv({ n: -1, rate: -0.5, none: null })).toBe('n,rate,none\r\n-1,-0.5,\r\n');
  });
});

import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
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

  it.each([' ', '\u00a0', '\u3000', '\ufeff', '\u200b', '\n', '\r\n', '\t \u2003', '\u0000', '\u2028'])(
    'marks a formula after %j as text',
    async (blanks) => {
      for (const name of ['=1+1', '-1', '＠A1', '﹢1', '−1'].map((formula) => blanks + formula))
        expect(parse(await csv({ name }), { columns: true })).toEqual([{ name: `'${name}` }]);
    },
  );

  it('with any text and numbers has no cell that is a formula, and can be read back', async () => {
    const blanks = ['\t', '\n', '\v', '\f', '\r', ' ', '\u0085', '\u00a0', '\u1680', '\u2003', '\u2028'];
    const unseen = ['\u202f', '\u205f', '\u3000', '\ufeff', '\u200b', '\u2060', '\u202e', '\u0000', '\u001f'];
    const signs = [...'=+-@＝＋－＠﹢﹣﹦﹫−'];
    const skipped = new Set([...blanks, ...unseen]);
    const isFormula = (value: string): boolean =>
      ['\t', '\r', '\n'].includes(value[0] ?? '') ||
      signs.includes([...value].find((character) => !skipped.has(character)) ?? '');
    const character = fc.oneof(
      fc.constantFrom(...blanks, ...unseen, ...signs),
      fc.constantFrom(...'aZ9é漢,"\';'),
    );
    const cell = fc.oneof(
      { arbitrary: fc.array(character, { maxLength: 6 }).map((all) => all.join('')), weight: 3 },
      { arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }), weight: 1 },
      { arbitrary: fc.integer(), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ key: fc.constant('k'), one: cell, two: cell })), async (rows) => {
        const cells = parse(await csv(...rows), { columns: true });
        expect(cells).toHaveLength(rows.length);
        for (const [at, { one, two }] of rows.entries()) {
          for (const [name, value] of Object.entries({ one, two })) {
            const read = (cells[at] as Record<string, string>)[name]!;
            if (typeof value === 'number') expect(Number(read)).toBe(value + 0);
            else expect(read).toBe(isFormula(value) ? `'${value}` : value);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('writes numbers as numbers', async () => {
    expect(await csv({ n: -1, rate: -0.5, none: null })).toBe('n,rate,none\r\n-1,-0.5,\r\n');
  });
});

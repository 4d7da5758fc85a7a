import fc from 'fast-check';
import { naively, table } from '@test/support/attendance/given';
import { addDays } from '@waymark/core/fields';
import { noCounts } from '@waymark/modules/shared/counts';
import {
  attendanceCodes,
  countSymbols,
  isInUse,
  isKnownMark,
  isOfHalf,
  NO_MARK,
  normalMark,
  supplierAliases,
  symbolOf,
} from './codes';

const codes = attendanceCodes.map(({ code }) => code);

describe('the national attendance codes', () => {
  it('are those of the table, with what each counts as and its first and last day of use', () => {
    const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1);
    const ours = attendanceCodes.map(({ code, meaning, countsAs, from = '', until = '' }) => ({
      code,
      meaning,
      countsAs,
      from,
      until,
    }));
    expect(ours.sort(byCode)).toEqual([...table].sort(byCode));
  });

  it('each have a unique symbol, one printable character', () => {
    const symbols = attendanceCodes.map(({ symbol }) => symbol);
    expect(symbols.filter((symbol) => !/^[!-~]$/.test(symbol))).toEqual([]);
    expect(new Set(symbols).size).toBe(symbols.length);
    expect(symbols).not.toContain(NO_MARK);
  });

  it('are their own symbols, except codes of two characters', () => {
    for (const { code, symbol } of attendanceCodes) {
      expect([code, symbol === code]).toEqual([code, code.length === 1]);
      expect(symbolOf(code)).toBe(symbol);
    }
    expect(symbolOf(NO_MARK)).toBe(NO_MARK);
  });

  it('have the aliases that some suppliers use', () => {
    const aliases = '< C1, > C2, ? J1, $ Y1, a Y2, % Y3, ` Y4, : Y5, | Y6, _ Y7';
    expect([...supplierAliases].map((entry) => entry.join(' ')).sort()).toEqual(aliases.split(', ').sort());
  });

  it.each([...supplierAliases.keys()])('do not include the alias %s as a code', (alias) => {
    expect(isKnownMark(alias)).toBe(false);
  });
});

describe('a mark', () => {
  it('is known if it is a code or says that there is no mark', () => {
    expect([...codes, '-'].filter((mark) => !isKnownMark(mark))).toEqual([]);
    expect(['', ' ', 'l', 'i', 'A', 'C3', '//', 'Y8', '!'].filter(isKnownMark)).toEqual([]);
  });

  it('can be blank or a dash if there is no mark', () => {
    expect(normalMark('')).toBe('-');
    expect(normalMark('-')).toBe('-');
    expect(codes.map(normalMark)).toEqual(codes);
  });

  const REFORM = '2024-08-19';
  const BEFORE = addDays(REFORM, -1);

  it.each(table)('$code can be used from $from until $until', ({ code, from, until }) => {
    expect({ on: isInUse(code, BEFORE), and: isInUse(code, REFORM) }).toEqual({
      on: from === '',
      and: until === '',
    });
    expect(isInUse(code, '1999-09-01')).toBe(from === '');
    expect(isInUse(code, '2030-09-02')).toBe(until === '');
  });

  it('can be missing on any day', () => {
    expect([isInUse(NO_MARK, BEFORE), isInUse(NO_MARK, REFORM)]).toEqual([true, true]);
  });

  it('can be for either half of the day, except the two codes for one half', () => {
    const only = (half: 'am' | 'pm') => [...codes, NO_MARK].filter((code) => !isOfHalf(code, half));
    expect(only('am')).toEqual(['\\']);
    expect(only('pm')).toEqual(['/']);
  });
});

describe('counting symbols', () => {
  const mark = fc.constantFrom(...codes, NO_MARK);

  it('adds up each kind, like counting one by one', () => {
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 500 }), (marks) => {
        expect(countSymbols(marks.map(symbolOf).join(''))).toEqual(naively(marks));
      }),
    );
  });

  it('counts from one index up to, but not including, another', () => {
    fc.assert(
      fc.property(fc.array(mark), fc.nat(120), fc.nat(120), (marks, from, to) => {
        const counted = countSymbols(marks.map(symbolOf).join(''), from, Math.min(to, marks.length));
        expect(counted).toEqual(naively(marks.slice(from, Math.max(from, to))));
      }),
    );
  });

  it('ignores characters that are not symbols', () => {
    expect(countSymbols('   \u0000é~Ł ')).toEqual(noCounts);
    expect(countSymbols('')).toEqual(noCounts);
  });
});

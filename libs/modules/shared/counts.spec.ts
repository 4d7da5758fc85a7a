import fc from 'fast-check';
import { counted } from '@test/support/given';
import expected from '../../../test/sample/expected.json';
import {
  absencePercent,
  added,
  type Counts,
  isPersistent,
  isSevere,
  isWithinBand,
  noCounts,
  percentOf,
  rounded,
} from './counts';

describe('a rate', () => {
  it.each([
    ['England, primary', 68_548_268, 1_299_079_364, 5.27668054005052],
    ['England, secondary', 92_869_052, 1_093_892_081, 8.4897819092997],
  ])('for %s is %i of %i', (_, absent, possible, rate) => {
    expect(percentOf(absent, possible)!.toPrecision(10)).toBe(rate.toPrecision(10));
    expect(absencePercent(counted(absent, possible))!.toPrecision(10)).toBe(rate.toPrecision(10));
  });

  it('is null if no session was possible, and 0 if none was absent', () => {
    expect(absencePercent(noCounts)).toBeNull();
    expect(absencePercent({ ...noCounts, notPossible: 10, noMark: 4 })).toBeNull();
    expect(absencePercent(counted(0, 10))).toBe(0);
  });

  it('counts authorised and unauthorised absence', () => {
    const counts = { ...noCounts, possible: 200, attended: 150, authorised: 20, unauthorised: 30, late: 50 };
    expect(absencePercent(counts)).toBe(25);
  });
});

describe('a pupil’s absence', () => {
  it.each([
    [37, 380, false, false],
    [38, 380, true, false],
    [189, 380, true, false],
    [190, 380, true, true],
    [380, 380, true, true],
    [0, 380, false, false],
    [1, 10, true, false],
    [9, 91, false, false],
    [1, 1, true, true],
    [0, 0, false, false],
  ])('of %i of %i is persistent: %s, severe: %s', (absent, possible, persistent, severe) => {
    const counts = counted(absent, possible);
    expect([isPersistent(counts), isSevere(counts)]).toEqual([persistent, severe]);
  });

  it('counts authorised and unauthorised absence equally', () => {
    const half = { ...noCounts, possible: 380, attended: 190, authorised: 100, unauthorised: 90 };
    expect([isPersistent(half), isSevere(half)]).toEqual([true, true]);
  });

  it('is within the expansion’s band if it is persistent and not severe', () => {
    const band = { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 };
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), (absent, attended) => {
        const counts = counted(absent, absent + attended);
        expect(isWithinBand(counts, band)).toBe(isPersistent(counts) && !isSevere(counts));
      }),
    );
  });

  it('is within a band from its minimum up to, but not including, its maximum', () => {
    const band = { minAbsencePercent: 7, maxAbsencePercentExclusive: 29 };
    const within = [69, 70, 289, 290].map((absent) => isWithinBand(counted(absent, 1000), band));
    expect(within).toEqual([false, true, true, false]);
    expect(isWithinBand(noCounts, { minAbsencePercent: 0, maxAbsencePercentExclusive: 101 })).toBe(false);
  });
});

describe('a rounded rate', () => {
  /** Computed exactly, in integers: to the nearest ten-thousandth, half to even. */
  const exactly = (part: number, whole: number): number => {
    const [n, d] = [BigInt(part) * 1_000_000n, BigInt(whole)];
    const down = n / d;
    const twice = 2n * (n % d);
    return Number(twice > d || (twice === d && down % 2n === 1n) ? down + 1n : down) / 10_000;
  };

  it('has four decimals', () => {
    expect(rounded(68_548_268 / 12_990_793.64)).toBe(5.2767);
    expect(rounded(100)).toBe(100);
    expect(rounded(0)).toBe(0);
    expect(rounded(null)).toBeNull();
  });

  it.each([
    [1, 128, 0.7812],
    [3, 128, 2.3438],
    [5, 128, 3.9062],
    [55, 128, 42.9688],
    [23, 640, 3.5938],
    [41, 640, 6.4062],
  ])('of %i of %i, a tie in the fifth decimal, is rounded to the even digit', (part, whole, rate) => {
    expect(rounded(percentOf(part, whole))).toBe(rate);
  });

  it('rounds negative rates in the same way', () => {
    expect([rounded(-0.78125), rounded(-2.34375), rounded(-1.23456)]).toEqual([-0.7812, -2.3438, -1.2346]);
  });

  it('is exact for all counts that a pupil or a school can have', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (whole, share) => {
          const part = Math.round(share * whole);
          expect(rounded(percentOf(part, whole))).toBe(exactly(part, whole));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('is the expected rate for every pupil, school and area in the sample', () => {
    type Expected = Counts & { readonly absencePercent: number | null };
    const windows = [expected.pupils, expected.schools, expected.areas]
      .flatMap((group) => Object.values<object>(group))
      .flatMap((each) => Object.values(each) as unknown[])
      .filter(
        (each): each is Expected => typeof each === 'object' && each !== null && 'absencePercent' in each,
      );

    expect(windows.length).toBeGreaterThan(900);
    const wrong = windows.filter((each) => rounded(absencePercent(each)) !== each.absencePercent);
    expect(wrong).toEqual([]);
  });
});

describe('added counts', () => {
  const counts: fc.Arbitrary<Counts> = fc.record({
    possible: fc.nat(),
    attended: fc.nat(),
    authorised: fc.nat(),
    unauthorised: fc.nat(),
    notPossible: fc.nat(),
    noMark: fc.nat(),
    late: fc.nat(),
  });

  it('are the sums of each kind', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const sums = Object.entries(a).map(([kind, n]) => [kind, Number(n) + b[kind as keyof Counts]]);
        expect(added(a, b)).toEqual(Object.fromEntries(sums));
        expect(added(a, noCounts)).toEqual(a);
      }),
    );
  });
});

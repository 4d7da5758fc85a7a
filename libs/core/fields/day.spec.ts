import fc from 'fast-check';
import { addDays, holdsOn, isDay, isWeekend, mondayOf, toInstant, within } from './day';

const DAY = 86_400_000;
const date = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-12-31'), noInvalidDate: true });
const iso = (instant: Date): string => instant.toISOString().slice(0, 10);

describe('isDay and the calendar functions', () => {
  it.each(['2025-09-03', '2024-02-29', '2000-02-29', '1999-12-31', '2025-10-26'])(
    'isDay accepts %s',
    (day) => {
      expect(isDay(day)).toBe(true);
    },
  );

  it.each([
    ['30 February', '2025-02-30'],
    ['29 February in a common year', '2025-02-29'],
    ['29 February in a common century year', '1900-02-29'],
    ['the 31st of a 30-day month', '2025-04-31'],
    ['month 13', '2025-13-01'],
    ['month 0', '2025-00-10'],
    ['day 0', '2025-01-00'],
    ['British date order', '03/09/2025'],
    ['one-digit month and day', '2025-9-3'],
    ['no dashes', '20250903'],
    ['a time', '2025-09-03T00:00:00Z'],
    ['a space', ' 2025-09-03'],
    ['a line break', '2025-09-03\n'],
    ['a six-digit year', '+002025-09-03'],
    ['nothing', ''],
  ])('isDay rejects %s', (_, text) => {
    expect(isDay(text)).toBe(false);
  });

  it.each([undefined, null, 20250903, new Date(), ['2025-09-03']])(
    'isDay rejects %p, which is not text',
    (value) => {
      expect(isDay(value)).toBe(false);
    },
  );

  it('isDay accepts exactly the days of the calendar', () => {
    const part = (max: number) => fc.nat(max).map((n) => String(n).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2100 }), part(14), part(33), (year, month, day) => {
        const text = `${String(year)}-${month}-${day}`;
        const parsed = new Date(`${text}T00:00:00Z`);
        expect(isDay(text)).toBe(!Number.isNaN(parsed.getTime()) && iso(parsed) === text);
      }),
      { numRuns: 500 },
    );
  });

  it('mondayOf returns the Monday of the week; isWeekend is true on Saturday and Sunday', () => {
    fc.assert(
      fc.property(date, (instant) => {
        const sinceMonday = (instant.getUTCDay() + 6) % 7;
        expect(mondayOf(iso(instant))).toBe(iso(new Date(instant.getTime() - sinceMonday * DAY)));
        expect(isWeekend(iso(instant))).toBe(sinceMonday > 4);
      }),
    );
  });

  it('addDays adds and subtracts days, also across clock changes', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -800, max: 800 }), (instant, days) => {
        expect(addDays(iso(instant), days)).toBe(iso(new Date(instant.getTime() + days * DAY)));
      }),
    );
    expect(addDays('2025-10-25', 2)).toBe('2025-10-27');
  });

  it('mondayOf and isWeekend throw for an invalid day', () => {
    expect(() => mondayOf('2025-02-30')).toThrow(RangeError);
    expect(() => isWeekend('yesterday')).toThrow(RangeError);
  });

  it('within includes the first and the last day of a period', () => {
    const period = { from: '2025-09-03', to: '2025-10-24' };
    const days = ['2025-09-02', '2025-09-03', '2025-10-24', '2025-10-25'];
    expect(days.map((day) => within(period, day))).toEqual([false, true, true, false]);
  });

  it('holdsOn includes the first and the last day, and every later day if there is no last day', () => {
    const days = ['2025-09-02', '2025-09-03', '2025-10-24', '2025-10-25'];
    const [ended, open] = [{ from: '2025-09-03', until: '2025-10-24' }, { from: '2025-09-03' }];
    expect(days.map((day) => holdsOn(day, ended))).toEqual([false, true, true, false]);
    expect(days.map((day) => holdsOn(day, open))).toEqual([false, true, true, true]);
  });
});

describe('toInstant', () => {
  it.each([
    ['2025-09-03T16:00:00Z', '2025-09-03T16:00:00Z'],
    ['2025-09-03T16:00Z', '2025-09-03T16:00:00Z'],
    ['2025-09-03T17:00:00+01:00', '2025-09-03T16:00:00Z'],
    ['2025-09-03T16:00:00-00:00', '2025-09-03T16:00:00Z'],
    ['2025-09-04T00:30:00+01:00', '2025-09-03T23:30:00Z'],
    ['2025-12-31T20:15:00-05:30', '2026-01-01T01:45:00Z'],
    ['2025-09-03T16:00:00.000Z', '2025-09-03T16:00:00Z'],
    ['2025-09-03T16:00:00.999999999Z', '2025-09-03T16:00:00Z'],
  ])('converts %s to %s', (text, instant) => {
    expect(toInstant(text)).toBe(instant);
  });

  it.each([
    ['without an offset', '2025-09-03T16:00:00'],
    ['without a time', '2025-09-03'],
    ['with a space', '2025-09-03 16:00:00Z'],
    ['on a nonexistent day', '2025-02-30T16:00:00Z'],
    ['on a nonexistent day, with another offset', '2025-02-30T16:00:00+01:00'],
    ['at 24:00', '2025-09-03T24:00:00Z'],
    ['at minute 60', '2025-09-03T16:60:00Z'],
    ['with a nonexistent offset', '2025-09-03T16:00:00+25:00'],
    ['with a named zone', '2025-09-03T16:00:00Z[Europe/London]'],
    ['in British date order', '03/09/2025 16:00'],
    ['with a line break', '2025-09-03T16:00:00Z\n'],
    ['that is empty', ''],
  ])('rejects a time %s', (_, text) => {
    expect(toInstant(text)).toBeUndefined();
  });

  it('gives the same text for the same time with any offset, so that times compare as text', () => {
    const seconds = date.map((instant) => Math.floor(instant.getTime() / 1000) * 1000);
    const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat(13), fc.nat(59));
    fc.assert(
      fc.property(seconds, seconds, offset, (one, other, [sign, hours, minutes]) => {
        const shift = (sign === '+' ? 1 : -1) * (hours * 60 + minutes) * 60_000;
        const two = (n: number) => String(n).padStart(2, '0');
        const local = new Date(one + shift).toISOString().slice(0, 19);
        const instant = toInstant(`${local}${sign}${two(hours)}:${two(minutes)}`)!;
        expect(Date.parse(instant)).toBe(one);

        const another = toInstant(new Date(other).toISOString())!;
        expect(instant < another).toBe(one < other);
      }),
    );
  });
});

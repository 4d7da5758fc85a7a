import fc from 'fast-check';
import { addDays, isDay, isWeekend, mondayOf, toInstant, within } from './day';

const DAY = 86_400_000;
const date = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-12-31'), noInvalidDate: true });
const iso = (instant: Date): string => instant.toISOString().slice(0, 10);

describe('a day', () => {
  it.each(['2025-09-03', '2024-02-29', '2000-02-29', '1999-12-31', '2025-10-26'])('is %s', (day) => {
    expect(isDay(day)).toBe(true);
  });

  it.each([
    ['the 30th of February', '2025-02-30'],
    ['the 29th in a common year', '2025-02-29'],
    ['the 29th in a common century', '1900-02-29'],
    ['the 31st of a short month', '2025-04-31'],
    ['the 13th month', '2025-13-01'],
    ['month 0', '2025-00-10'],
    ['day 0', '2025-01-00'],
    ['British order', '03/09/2025'],
    ['one digit', '2025-9-3'],
    ['no dashes', '20250903'],
    ['a time', '2025-09-03T00:00:00Z'],
    ['a space', ' 2025-09-03'],
    ['a line break', '2025-09-03\n'],
    ['six digits of year', '+002025-09-03'],
    ['nothing', ''],
  ])('is none with %s', (_, text) => {
    expect(isDay(text)).toBe(false);
  });

  it.each([undefined, null, 20250903, new Date(), ['2025-09-03']])('is text, not %p', (value) => {
    expect(isDay(value)).toBe(false);
  });

  it('exists where the calendar has it', () => {
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

  it('belongs to the week of its Monday, and to the weekend on Saturday and Sunday', () => {
    fc.assert(
      fc.property(date, (instant) => {
        const sinceMonday = (instant.getUTCDay() + 6) % 7;
        expect(mondayOf(iso(instant))).toBe(iso(new Date(instant.getTime() - sinceMonday * DAY)));
        expect(isWeekend(iso(instant))).toBe(sinceMonday > 4);
      }),
    );
  });

  it('has others before and after it, over a change of the clocks too', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -800, max: 800 }), (instant, days) => {
        expect(addDays(iso(instant), days)).toBe(iso(new Date(instant.getTime() + days * DAY)));
      }),
    );
    expect(addDays('2025-10-25', 2)).toBe('2025-10-27');
  });

  it('that is none has no week', () => {
    expect(() => mondayOf('2025-02-30')).toThrow(RangeError);
    expect(() => isWeekend('yesterday')).toThrow(RangeError);
  });

  it('lies within a period from its first to its last day', () => {
    const period = { from: '2025-09-03', to: '2025-10-24' };
    const days = ['2025-09-02', '2025-09-03', '2025-10-24', '2025-10-25'];
    expect(days.map((day) => within(period, day))).toEqual([false, true, true, false]);
  });
});

describe('a moment', () => {
  it.each([
    ['2025-09-03T16:00:00Z', '2025-09-03T16:00:00Z'],
    ['2025-09-03T16:00Z', '2025-09-03T16:00:00Z'],
    ['2025-09-03T17:00:00+01:00', '2025-09-03T16:00:00Z'],
    ['2025-09-03T16:00:00-00:00', '2025-09-03T16:00:00Z'],
    ['2025-09-04T00:30:00+01:00', '2025-09-03T23:30:00Z'],
    ['2025-12-31T20:15:00-05:30', '2026-01-01T01:45:00Z'],
    ['2025-09-03T16:00:00.000Z', '2025-09-03T16:00:00Z'],
    ['2025-09-03T16:00:00.999999999Z', '2025-09-03T16:00:00Z'],
  ])('%s is %s', (text, instant) => {
    expect(toInstant(text)).toBe(instant);
  });

  it.each([
    ['without an offset', '2025-09-03T16:00:00'],
    ['without a time', '2025-09-03'],
    ['with a space', '2025-09-03 16:00:00Z'],
    ['on a day that does not exist', '2025-02-30T16:00:00Z'],
    ['on a day that does not exist, elsewhere', '2025-02-30T16:00:00+01:00'],
    ['at 24 o’clock', '2025-09-03T24:00:00Z'],
    ['at minute 60', '2025-09-03T16:60:00Z'],
    ['with an offset that does not exist', '2025-09-03T16:00:00+25:00'],
    ['with a named zone', '2025-09-03T16:00:00Z[Europe/London]'],
    ['in British order', '03/09/2025 16:00'],
    ['with a line break', '2025-09-03T16:00:00Z\n'],
    ['that is nothing', ''],
  ])('is none %s', (_, text) => {
    expect(toInstant(text)).toBeUndefined();
  });

  it('is the same whatever its offset, so that moments compare as text', () => {
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

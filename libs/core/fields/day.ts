import { Temporal } from 'temporal-polyfill';

/** A calendar day, ISO 8601: `2025-09-03`. */
export type Day = string;

/** Inclusive at both ends. */
export interface Period {
  readonly from: Day;
  readonly to: Day;
}

export const isDay = (value: unknown): value is Day =>
  typeof value === 'string' && value.length === 10 && facts(value) !== null;

/** True on Saturdays and Sundays. */
export const isWeekend = (day: Day): boolean => known(day).weekday > 5;

/** The Monday of the day's week. */
export const mondayOf = (day: Day): Day => known(day).monday;

export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString();

export const within = ({ from, to }: Period, day: Day): boolean => from <= day && day <= to;

/** Some consecutive days. `until` is the last day; absent if no last day is known. */
export interface Interval {
  readonly from: Day;
  readonly until?: Day | undefined;
}

/** Whether a day is in an interval. The first and the last day are. */
export const holdsOn = (day: Day, { from, until }: Interval): boolean =>
  from <= day && (until === undefined || day <= until);

interface DayFacts {
  /** 1 Monday … 7 Sunday. */
  readonly weekday: number;
  readonly monday: Day;
}

/** A school year has 190 days and a register 400,000 rows: computed facts are cached per day. */
const cache = new Map<Day, DayFacts | null>();
const CACHE_LIMIT = 20_000;

function facts(day: Day): DayFacts | null {
  const known = cache.get(day);
  if (known !== undefined) return known;
  if (cache.size >= CACHE_LIMIT) cache.clear();
  const found = computed(day);
  cache.set(day, found);
  return found;
}

function computed(day: Day): DayFacts | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  try {
    const date = Temporal.PlainDate.from(day);
    return { weekday: date.dayOfWeek, monday: date.subtract({ days: date.dayOfWeek - 1 }).toString() };
  } catch {
    return null;
  }
}

function known(day: Day): DayFacts {
  const found = facts(day);
  if (!found) throw new RangeError('not a calendar day');
  return found;
}

/** A time in UTC, to the second: `2025-09-03T16:00:00Z`. Such times compare as text. */
export type Instant = string;

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const UTC_SECONDS = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/**
 * An ISO time with an offset, converted to UTC seconds, so that times compare as text. Undefined if the text is
 * invalid.
 */
export function toInstant(text: string): Instant | undefined {
  const plain = UTC_SECONDS.exec(text);
  if (plain) return isDay(plain[1]) ? text : undefined;
  return inUtc(text, 'second');
}

/** A time in UTC, to the millisecond, as in events: `2025-09-03T16:00:00.000Z`. Such times compare as text. */
export type Moment = string;

/** An ISO time with an offset, converted to UTC milliseconds. Undefined if the text is invalid. */
export const toMoment = (text: string): Moment | undefined => inUtc(text, 'millisecond');

/** The beginning of a time's day, in UTC and in the same form. */
export const midnight = (time: string): string => time.slice(0, 10) + time.slice(10).replaceAll(/\d/g, '0');

function inUtc(text: string, smallestUnit: 'second' | 'millisecond'): string | undefined {
  if (!ISO_INSTANT.test(text)) return undefined;
  try {
    return Temporal.Instant.from(text).toString({ smallestUnit, roundingMode: 'floor' });
  } catch {
    return undefined;
  }
}

import { InvalidArgumentError } from 'commander';
import { isDay, toInstant, toMoment } from '@waymark/core/fields';

/** A calendar day that exists. */
export const day = (text: string): string => {
  if (!isDay(text)) throw new InvalidArgumentError('It must be a day that exists, as YYYY-MM-DD.');
  return text;
};

/** A moment, to the millisecond. */
export const moment = (text: string): string => {
  const known = toMoment(text);
  if (known === undefined)
    throw new InvalidArgumentError('It must be a moment such as 2026-02-15T00:00:00Z.');
  return known;
};

/** A moment, to the second. */
export const instant = (text: string): string => {
  const known = toInstant(text);
  if (known === undefined)
    throw new InvalidArgumentError('It must be a moment such as 2026-02-15T00:00:00Z.');
  return known;
};

/** A place in the log. */
export const position = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a position: a whole number.');
  return Number(text);
};

import { InvalidArgumentError } from 'commander';
import { isDay, normalText, textFault, toInstant, toMoment } from '@waymark/core/fields';

/** Parse a calendar day. */
export const day = (text: string): string => {
  if (!isDay(text)) throw new InvalidArgumentError('It must be an existing day in the format YYYY-MM-DD.');
  return text;
};

/** Parse a moment, to the millisecond. */
export const moment = (text: string): string => {
  const known = toMoment(text);
  if (known === undefined)
    throw new InvalidArgumentError('It must be a moment such as 2026-02-15T00:00:00Z.');
  return known;
};

/** Parse a moment, to the second. */
export const instant = (text: string): string => {
  const known = toInstant(text);
  if (known === undefined)
    throw new InvalidArgumentError('It must be a moment such as 2026-02-15T00:00:00Z.');
  return known;
};

/** Parse a position in the log. */
export const position = (text: string): number => {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError('It must be a position in the log: a whole number.');
  return Number(text);
};

const LONGEST_TEXT = 500;

/** Parse text that is recorded, such as a reason. It follows the same rule as text over HTTP. */
export const recordedText = (text: string): string => {
  const fault = textFault(text, 'line');
  if (fault !== undefined) throw new InvalidArgumentError(`It ${fault}.`);
  const normal = normalText(text, 'line');
  if (normal === '' || normal.length > LONGEST_TEXT)
    throw new InvalidArgumentError(`It must have 1 to ${String(LONGEST_TEXT)} characters.`);
  return normal;
};

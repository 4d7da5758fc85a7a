import { Refusal } from '@waymark/core/kernel';
import type { Rates } from '@waymark/platform';

type Environment = Readonly<Record<string, string | undefined>>;

/** Requests per minute from WAYMARK_RATE_PERSON and WAYMARK_RATE_STRANGER. Throws `WRONG_SETTING`. */
export const ratesFrom = (environment: Environment): Rates => ({
  person: numberIn(environment, 'WAYMARK_RATE_PERSON', 1_200),
  stranger: numberIn(environment, 'WAYMARK_RATE_STRANGER', 60),
});

/** The comma-separated origins in WAYMARK_CORS_ORIGINS. */
export const originsFrom = (environment: Environment): string[] =>
  (environment['WAYMARK_CORS_ORIGINS'] ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');

function numberIn(environment: Environment, name: string, otherwise: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new Refusal(
      'WRONG_SETTING',
      `The environment variable ${name} must be a whole number from 1 to 9999999.`,
      'invalid',
    );
  return Number(text);
}

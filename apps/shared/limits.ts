import { Refusal } from '@waymark/core/kernel';
import type { Rates } from '@waymark/platform';

type Environment = Readonly<Record<string, string | undefined>>;

/** The rates that the environment sets: WAYMARK_RATE_PERSON and WAYMARK_RATE_STRANGER, a minute. */
export const ratesFrom = (environment: Environment): Rates => ({
  person: numberIn(environment, 'WAYMARK_RATE_PERSON', 1_200),
  stranger: numberIn(environment, 'WAYMARK_RATE_STRANGER', 60),
});

/** The origins in WAYMARK_CORS_ORIGINS, with commas between them. */
export const originsFrom = (environment: Environment): string[] =>
  (environment['WAYMARK_CORS_ORIGINS'] ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');

function numberIn(environment: Environment, name: string, otherwise: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new Refusal('WRONG_SETTING', `The environment variable ${name} must be a whole number.`, 'invalid');
  return Number(text);
}

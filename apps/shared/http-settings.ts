import { type Rates, wholeNumberIn } from '@waymark/platform';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Requests per minute from WAYMARK_RATE_PERSON and WAYMARK_RATE_STRANGER, and dry runs per hour from
 * WAYMARK_RATE_DRY_RUNS. Throws `WRONG_SETTING`.
 */
export const ratesFrom = (environment: Environment): Rates => ({
  person: wholeNumberIn(environment, 'WAYMARK_RATE_PERSON', 1_200),
  stranger: wholeNumberIn(environment, 'WAYMARK_RATE_STRANGER', 60),
  dryRuns: wholeNumberIn(environment, 'WAYMARK_RATE_DRY_RUNS', 6),
});

/** The comma-separated origins in WAYMARK_CORS_ORIGINS. */
export const originsFrom = (environment: Environment): string[] =>
  (environment['WAYMARK_CORS_ORIGINS'] ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');

import type { Day, Period } from './day';
import { invalid } from './validate';

const FIRST_DAY = '0001-01-01';
const LAST_DAY = '9999-12-31';

/**
 * A period; a missing bound leaves that side open. Throws a refusal with the field's path if the period ends
 * before it begins.
 */
export function periodOf({ from, to }: PeriodBounds, path = ''): Period {
  const period = { from: from ?? FIRST_DAY, to: to ?? LAST_DAY };
  if (period.to < period.from) {
    throw invalid([
      { field: `${path}to`, code: 'PERIOD_ENDS_BEFORE_IT_BEGINS', message: 'must not be before from' },
    ]);
  }
  return period;
}

interface PeriodBounds {
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
}

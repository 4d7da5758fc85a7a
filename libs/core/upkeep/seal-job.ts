import type { WorkHandler } from '@waymark/core/jobs';
import type { Workplace } from '@waymark/platform';

export const SEALING = 'sealing';

/** Every ten minutes what was recorded is sealed, so that whoever changes it later is found out. */
export const sealJob = (workplace: Workplace): WorkHandler => ({
  kind: SEALING,
  cron: '*/10 * * * *',
  attempts: 5,
  backoff: 10_000,
  concurrency: 1,
  run: async (_data, { signal }) => workplace.sealLog({ signal }),
});

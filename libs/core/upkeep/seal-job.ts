import type { WorkHandler } from '@waymark/core/jobs';
import type { SealLog, SealReport } from '@waymark/core/log';

export const SEALING = 'sealing';

/** Seals recorded events every ten minutes, so that later changes to them are detected. */
interface Sealing {
  /** Seal everything recorded since the last seal. Undefined if another process is sealing. */
  sealLog(how?: SealLog): Promise<SealReport | undefined>;
}

export const sealJob = (service: Sealing): WorkHandler => ({
  kind: SEALING,
  cron: '*/10 * * * *',
  attempts: 5,
  backoff: 10_000,
  concurrency: 1,
  run: async (_data, { signal }) => service.sealLog({ signal }),
});

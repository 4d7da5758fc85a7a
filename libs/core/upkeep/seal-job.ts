import type { WorkHandler } from '@waymark/core/jobs';
import type { SealLog, SealReport } from '@waymark/core/log';

export const SEALING = 'sealing';

/** Every ten minutes what was recorded is sealed, so that whoever changes it later is found out. */
interface Sealing {
  /** Seal what was recorded since the last seal; undefined where another process is at that. */
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

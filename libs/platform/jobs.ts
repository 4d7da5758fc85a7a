import type { Uploads, ImportServices } from '@waymark/core/imports';
import { maskingErrors, type WorkHandler } from '@waymark/core/jobs';
import type { Jobs } from '@waymark/core/kernel';
import type { SealLog, SealReport } from '@waymark/core/log';
import { sealJob } from '@waymark/core/upkeep';
import { type ExportFiles, exportJob, tidyingJob, type Exporting } from '@waymark/modules/exports';
import { importJob } from '@waymark/modules/imports/import-job';
import { reminderJob } from '@waymark/modules/insights/reminder-job';

/** What job handlers need. */
export interface JobContext extends ImportServices, Omit<Exporting, 'submitter' | 'rows' | 'exports'> {
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  readonly exports: ExportFiles;
  /** Seal the events recorded since the last seal. Returns undefined if another process is sealing. */
  sealLog(how?: SealLog): Promise<SealReport | undefined>;
}

/** Handlers of every kind of job except rebuilds and erasures. Add a new kind here. */
export const jobHandlers = (workplace: JobContext): readonly WorkHandler[] =>
  [importJob, exportJob, reminderJob, sealJob, tidyingJob].map((job) => maskingErrors(job(workplace)));

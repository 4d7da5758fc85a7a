import type { Uploads, Workshop } from '@waymark/core/imports';
import { discreet, type WorkHandler } from '@waymark/core/jobs';
import type { Jobs } from '@waymark/core/kernel';
import type { SealLog, SealReport } from '@waymark/core/log';
import { sealJob } from '@waymark/core/upkeep';
import { type ExportFiles, exportJob, tidyingJob, type Exporting } from '@waymark/modules/exports';
import { importJob } from '@waymark/modules/imports/import-job';
import { reminderJob } from '@waymark/modules/insights/reminder-job';

/** What jobs work with. */
export interface Workplace extends Workshop, Omit<Exporting, 'submitter' | 'rows' | 'exports'> {
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  readonly exports: ExportFiles;
  /** Seal what was recorded since the last seal; undefined where another process is at that. */
  sealLog(how?: SealLog): Promise<SealReport | undefined>;
}

/** Every kind of job but rebuilds: whoever adds one, adds it here. */
export const jobHandlers = (workplace: Workplace): readonly WorkHandler[] =>
  [importJob, exportJob, reminderJob, sealJob, tidyingJob].map((job) => discreet(job(workplace)));

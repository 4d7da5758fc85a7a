import type { JobHandler, Jobs } from '@waymark/kernel';
import type { Uploads, Workshop } from '@waymark/imports';
import type { PublishedRates } from '@waymark/views';
import { masked } from '@waymark/vocabulary';
import type { ExportFiles } from './exports/export-files';
import { exportJob } from './exports/export-job';
import { importJob } from './import-job';
import { reminderJob } from './reminder-job';
import { tidyingJob } from './tidying-job';

/** What jobs work with. */
export interface Workplace extends Workshop {
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  readonly exports: ExportFiles;
  readonly published: PublishedRates;
  /** The present moment: UTC, milliseconds. */
  now(): string;
}

/** How a kind of job is done and, where nobody asks for it, when: a cron expression, UTC. */
export interface WorkHandler extends JobHandler {
  readonly cron?: string;
}

/** Every kind of job but rebuilds: whoever adds one, adds it here. */
export const jobHandlers = (workplace: Workplace): readonly WorkHandler[] =>
  [importJob, exportJob, reminderJob, tidyingJob].map((job) => discreet(job(workplace)));

/** Why a job failed is kept with it: without pupils' numbers, whatever the error quotes. */
export const discreet = <Handler extends JobHandler>(handler: Handler): Handler => ({
  ...handler,
  run: async (data, context) => {
    try {
      return await handler.run(data, context);
    } catch (error) {
      if (error instanceof Error) error.message = masked(error.message);
      throw error;
    }
  },
});

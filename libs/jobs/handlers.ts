import type { AccessLog, People } from '@waymark/access';
import type { EventStore, JobHandler, Jobs } from '@waymark/kernel';
import type { Uploads, Workshop } from '@waymark/imports';
import type { SealLog, SealReport } from '@waymark/runtime';
import type { PublishedRates } from '@waymark/views';
import { masked } from '@waymark/vocabulary';
import type { ExportFiles } from './exports/export-files';
import { exportJob } from './exports/export-job';
import { importJob } from './import-job';
import { reminderJob } from './reminder-job';
import { sealJob } from './seal-job';
import { tidyingJob } from './tidying-job';

/** What jobs work with. */
export interface Workplace extends Workshop {
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  readonly exports: ExportFiles;
  readonly published: PublishedRates;
  readonly people: Pick<People, 'grants'>;
  readonly accessLog: Pick<AccessLog, 'record'>;
  /** The log without what is personal in it. */
  readonly withheld: { readonly events: EventStore };
  /** Seal what was recorded since the last seal; undefined where another process is at that. */
  sealLog(how?: SealLog): Promise<SealReport | undefined>;
  /** The present moment: UTC, milliseconds. */
  now(): string;
}

/** How a kind of job is done and, where nobody asks for it, when: a cron expression, UTC. */
export interface WorkHandler extends JobHandler {
  readonly cron?: string;
}

/** Every kind of job but rebuilds: whoever adds one, adds it here. */
export const jobHandlers = (workplace: Workplace): readonly WorkHandler[] =>
  [importJob, exportJob, reminderJob, sealJob, tidyingJob].map((job) => discreet(job(workplace)));

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

import type { Uploads, Workshop } from '@waymark/core/imports';
import { discreet, type WorkHandler } from '@waymark/core/jobs';
import type { EventStore, Jobs } from '@waymark/core/kernel';
import type { SealLog, SealReport } from '@waymark/core/log';
import { sealJob } from '@waymark/core/upkeep';
import type { AccessLog, People } from '@waymark/governance/access';
import { type ExportFiles, exportJob, tidyingJob } from '@waymark/modules/exports';
import { importJob } from '@waymark/modules/imports/import-job';
import type { PublishedRates } from '@waymark/modules/insights/published-rates';
import { reminderJob } from '@waymark/modules/insights/reminder-job';

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

/** Every kind of job but rebuilds: whoever adds one, adds it here. */
export const jobHandlers = (workplace: Workplace): readonly WorkHandler[] =>
  [importJob, exportJob, reminderJob, sealJob, tidyingJob].map((job) => discreet(job(workplace)));

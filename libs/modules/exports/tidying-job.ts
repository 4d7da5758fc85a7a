import type { WorkHandler } from '@waymark/core/jobs';
import type { Uploads } from '@waymark/core/imports';
import type { Jobs } from '@waymark/core/kernel';
import type { ExportFiles } from './export-files';

export const TIDYING = 'tidying';

const DAY = 86_400_000;
/** How long an export can be downloaded, in milliseconds. */
export const EXPORTS_KEPT = 7 * DAY;

interface Stored {
  readonly uploads: Pick<Uploads, 'before' | 'discard'>;
  readonly exports: Pick<ExportFiles, 'before' | 'discard'>;
  readonly jobs: Pick<Jobs, 'get'>;
}

/**
 * Deletes files that hold personal data and are no longer needed: exports after a week, and uploads that led to no
 * import after a day. (`exports` is renamed because a compiled CommonJS module has a variable of that name.)
 */
export const tidyingJob = ({ uploads, exports: files, jobs }: Stored): WorkHandler => ({
  kind: TIDYING,
  cron: '30 2 * * *',
  attempts: 5,
  backoff: 60_000,
  concurrency: 1,
  run: async () => {
    let removed = 0;
    // An upload is stored before its job is added. After a day it is certain that no job will follow.
    for (const id of await uploads.before(Date.now() - DAY)) {
      if (await jobs.get(id)) continue;
      await uploads.discard(id);
      removed += 1;
    }
    for (const id of await files.before(Date.now() - EXPORTS_KEPT)) {
      await files.discard(id);
      removed += 1;
    }
    return { removed };
  },
});

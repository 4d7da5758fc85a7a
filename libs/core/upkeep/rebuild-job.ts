import { type JobHandler, type Jobs, PermanentFailure, rowSetName, storedName } from '@waymark/core/kernel';
import { type Catalog, type Rebuilder, isHalted, Unfoldable } from '@waymark/core/projections';

export const REBUILD = 'rebuild';

/** The data of a rebuild job. */
export interface RebuildRequest {
  /** Stored names of the views, which every release knows. */
  readonly views: readonly string[];
  /** Row set names of the builds; they identify the job of a build. */
  readonly builds: readonly string[];
}

/**
 * Request the planned builds of these views, except those that are paused or failed. Does nothing while a job
 * for the same builds is waiting or running. If the previous job ended before the builds did, another job is
 * added.
 */
export async function requestRebuild(jobs: Jobs, catalog: Catalog, wanted: readonly string[]): Promise<void> {
  const records = await catalog.records();
  const planned = wanted.flatMap((view) => {
    const building = records.get(view)?.building;
    return !building || isHalted(building) ? [] : [{ set: catalog.rowSet(view, building), building }];
  });
  if (planned.length === 0) return;
  const request: RebuildRequest = {
    views: planned.map(({ set }) => storedName(set)),
    builds: planned.map(({ set }) => rowSetName(set)),
  };
  // A resumed build gets a new job, because the previous job may still be about to pause.
  const names = planned.map(
    ({ building: { resumed = 0 } }, at) => `${request.builds[at]!}+${String(resumed)}`,
  );
  for (let before = 0; ; before += 1) {
    const id = [REBUILD, ...names, before].join(' ');
    const job = await jobs.get(id);
    if (!job) await jobs.add({ kind: REBUILD, id, data: request });
    else if (job.state === 'failed' || job.state === 'cancelled') await jobs.retry(id);
    if (job?.state !== 'done') return;
  }
}

/** Rebuilds as jobs. An interrupted job continues where it was, in whichever process takes it. */
export const rebuildJob = (rebuilder: Rebuilder): JobHandler => ({
  kind: REBUILD,
  attempts: 10,
  backoff: 1_000,
  concurrency: 2,
  run: async ({ views }: RebuildRequest, context) => {
    try {
      const state = await rebuilder.run(views, {
        signal: context.signal,
        onProgress: (progress) => context.progress(progress),
      });
      return { state };
    } catch (error) {
      if (error instanceof Unfoldable) throw new PermanentFailure(error.message, { cause: error });
      throw error;
    }
  },
});

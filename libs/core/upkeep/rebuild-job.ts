import { type JobHandler, type Jobs, PermanentFailure } from '@waymark/core/kernel';
import { type Catalog, nameOf, type Rebuilder, rests, Unfoldable } from '@waymark/core/projections';

export const REBUILD = 'rebuild';

/** What a job is to build. */
export interface RebuildRequest {
  readonly views: readonly string[];
  /** Names of the rows that are built, by which the job of a build is found. */
  readonly builds: readonly string[];
}

/**
 * Ask for the builds that are planned of these views, but for those that rest. As long as they are waited for or worked on,
 * this changes nothing; a job that came to an end before they did is followed by another.
 */
export async function requestRebuild(jobs: Jobs, catalog: Catalog, wanted: readonly string[]): Promise<void> {
  const records = await catalog.records();
  const planned = wanted.flatMap((view) => {
    const building = records.get(view)?.building;
    return !building || rests(building) ? [] : [{ view, building }];
  });
  if (planned.length === 0) return;
  const request: RebuildRequest = {
    views: planned.map(({ view }) => view),
    builds: planned.map(({ view, building }) => nameOf(view, building)),
  };
  // A build that was resumed has a job of its own: the one before may only just be about to rest.
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

/** Rebuilds as jobs: one that was cut off goes on where it was, in whichever process takes it up. */
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

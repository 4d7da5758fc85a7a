import { PermanentFailure, type JobHandler, type Jobs } from '@waymark/kernel';
import { Unfoldable, nameOf, type Catalog, type Rebuilder } from '@waymark/runtime';

export const REBUILD = 'rebuild';

interface Rebuild {
  readonly views: readonly string[];
}

/** Ask for the builds that are planned of these views; asked again for the same builds, it changes nothing. */
export async function requestRebuild(jobs: Jobs, catalog: Catalog, views: readonly string[]): Promise<void> {
  const records = await catalog.records();
  const names = views.flatMap((view) => {
    const building = records.get(view)?.building;
    return building ? [nameOf(view, building)] : [];
  });
  if (names.length === 0) return;
  await jobs.add({ kind: REBUILD, id: `${REBUILD} ${names.join(' ')}`, data: { views } satisfies Rebuild });
}

/** Rebuilds as jobs: one that was cut off goes on where it was, in whichever process takes it up. */
export const rebuildJob = (rebuilder: Rebuilder): JobHandler => ({
  kind: REBUILD,
  attempts: 10,
  backoff: 1_000,
  concurrency: 2,
  run: async ({ views }: Rebuild, context) => {
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

import type { WorkHandler } from '@waymark/core/jobs';
import { erase, type ErasureParts, finishErasures } from './erasure';
import { type Due, recordsDue } from './retention';

export const ERASURES = 'erasures';
export const RETENTION = 'retention';

/** Completes the erasures that were interrupted or waited for running work. */
const erasuresJob = (parts: ErasureParts): WorkHandler => ({
  kind: ERASURES,
  cron: '45 * * * *',
  attempts: 5,
  backoff: 60_000,
  concurrency: 1,
  run: async () => ({ waiting: (await finishErasures(parts)).length }),
});

/** Each week, erases the persons whose retention period has ended. */
const retentionJob = (parts: ErasureParts): WorkHandler => ({
  kind: RETENTION,
  cron: '15 3 * * 0',
  attempts: 5,
  backoff: 60_000,
  concurrency: 1,
  run: async (_data, { signal }) => {
    const due = await recordsDue(parts, parts.now().slice(0, 10));
    const erased = await eraseDue(parts, due, { actor: `job:${RETENTION}`, signal });
    return { erased: erased.length, kept: due.length - erased.length };
  },
});

/** The jobs that protect people's data. Add a new one to this list. */
export const privacyHandlers = (parts: ErasureParts): readonly WorkHandler[] => [
  erasuresJob(parts),
  retentionJob(parts),
];

/** Erase the persons whose retention period has ended, unless there is another reason to keep them. */
export async function eraseDue(
  parts: ErasureParts,
  due: readonly Due[],
  { actor, signal }: { readonly actor: string; readonly signal?: AbortSignal },
): Promise<Due[]> {
  const erasable = due.filter(({ kept }) => kept === undefined);
  for (const { kind, id } of erasable) {
    signal?.throwIfAborted();
    await erase(parts, { kind, id, ground: 'RETENTION_ENDED', actor });
  }
  return erasable;
}

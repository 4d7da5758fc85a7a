import type { WorkHandler } from '@waymark/core/jobs';
import { erase, type ErasureParts, finishErasures } from './erasure';
import { type Due, recordsDue } from './retention';

export const ERASURES = 'erasures';
export const RETENTION = 'retention';

/** Erasures that were cut off, or waited for work that was under way, are completed. */
const erasuresJob = (parts: ErasureParts): WorkHandler => ({
  kind: ERASURES,
  cron: '45 * * * *',
  attempts: 5,
  backoff: 60_000,
  concurrency: 1,
  run: async () => ({ waiting: (await finishErasures(parts)).length }),
});

/** Every week, people are erased whose record has been kept for long enough. */
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

/** Every kind of job that looks after people's data: whoever adds one, adds it here. */
export const privacyHandlers = (parts: ErasureParts): readonly WorkHandler[] => [
  erasuresJob(parts),
  retentionJob(parts),
];

/** Erase those whose record has been kept for long enough, and need not be kept for another reason. */
export async function eraseDue(
  parts: ErasureParts,
  due: readonly Due[],
  { actor, signal }: { readonly actor: string; readonly signal?: AbortSignal },
): Promise<Due[]> {
  const over = due.filter(({ kept }) => kept === undefined);
  for (const { kind, id } of over) {
    signal?.throwIfAborted();
    await erase(parts, { kind, id, ground: 'RETENTION_ENDED', actor });
  }
  return over;
}

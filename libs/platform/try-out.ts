import type { Platform } from './platform';

/**
 * Run work on an embedded copy of all data, when it is its turn; then delete the copy. Throws `DRY_RUNS_BUSY` if too many
 * others wait, and the signal's reason if it is aborted.
 */
export const tryOut = <T>(
  platform: Platform,
  work: (copy: Platform, signal: AbortSignal) => Promise<T>,
  signal = new AbortController().signal,
): Promise<T> =>
  platform.dryRuns.run(signal, async (going) => {
    const copy = await platform.scratch();
    try {
      return await work(copy, going);
    } finally {
      await copy.close();
    }
  });

import { type CheckOptions, checkRelease, type CheckReport } from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { duration, grouped, progressBar } from './progress-bar';

export interface CheckWithProgressOptions extends Pick<CheckOptions, 'fold'> {
  /** No progress bar. */
  readonly quiet?: boolean;
}

const FORMAT = '{what} {bar} {percentage}% | {events} events | {left} left';

/** Check this release against a store, with a progress bar on standard error. */
export async function checkWithProgress(
  platform: Platform,
  { quiet = false, ...options }: CheckWithProgressOptions = {},
): Promise<CheckReport> {
  if (quiet) return checkRelease(platform, options);
  const bar = progressBar(FORMAT);
  const began = new Map<string, number>();
  bar.start(1, 0, { what: 'reading', events: 0, left: '–' });
  try {
    return await checkRelease(platform, {
      ...options,
      onReading: (what, { events, position, head }) => {
        const since = began.get(what) ?? performance.now();
        began.set(what, since);
        const left = ((performance.now() - since) / 1_000) * ((head - position) / (position + 1));
        bar.setTotal(head + 1);
        bar.update(position + 1, { what, events: grouped(events), left: duration(left) });
      },
    });
  } finally {
    bar.stop();
  }
}

import { type Copied, type CopyForm, copyLog, type CopyProgress } from '@waymark/core/log';
import type { Place } from '@waymark/operations';
import { grouped, progressBar } from './progress-bar';

const FORMAT = '{doing} {bar} {percentage}% | {events} events | {rate} a second | {eta_formatted} left';

/** Copy a log from one place to another, with a progress bar on standard error. */
export async function copyWithProgress(
  from: Place,
  to: Place,
  { quiet = false, form }: { readonly quiet?: boolean; readonly form?: CopyForm | undefined } = {},
): Promise<Copied> {
  const options = { keepsOrder: to.keepsOrder, ...(form && { form }) };
  if (quiet) return copyLog(from.log, to.log, options);
  const bar = progressBar(FORMAT);
  let [doing, since]: [CopyProgress['doing'] | undefined, number] = [undefined, 0];
  try {
    return await copyLog(from.log, to.log, {
      ...options,
      onProgress: (progress) => {
        if (progress.doing !== doing) {
          [doing, since] = [progress.doing, performance.now()];
          // Each has a pace of its own, by which the time left is told.
          if (bar.isActive) bar.stop();
          bar.start(progress.head + 1, 0, { doing, events: 0, rate: 0 });
        }
        const seconds = (performance.now() - since) / 1_000;
        const rate = seconds > 0 ? grouped(Math.round(progress.events / seconds)) : '…';
        bar.setTotal(progress.head + 1);
        bar.update(progress.position + 1, { doing, events: grouped(progress.events), rate });
      },
    });
  } finally {
    if (bar.isActive) bar.stop();
  }
}

/** What a copy came to, for people. */
export const copyText = ({ events, copied }: Copied): string =>
  `${grouped(events)} events are in both logs, ${grouped(copied)} of them copied now. Each is like its original.`;

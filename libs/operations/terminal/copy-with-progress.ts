import { type Copied, type CopyForm, copyLog, type CopyProgress } from '@waymark/core/log';
import type { OpenedLog } from '@waymark/operations';
import { grouped, progressBar } from './progress-bar';

const FORMAT = '{doing} {bar} {percentage}% | {events} events | {rate} per second | {eta_formatted} left';

/** Copy one log to another, with a progress bar on standard error. */
export async function copyWithProgress(
  from: OpenedLog,
  to: OpenedLog,
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
          // Each step has its own speed: a new bar starts a new estimate of the time left.
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

/** Describe the result of a copy as text. */
export const copyText = ({ events, copied }: Copied): string =>
  `Both logs contain ${grouped(events)} events; ${grouped(copied)} were copied now. Every event was compared with its original.`;

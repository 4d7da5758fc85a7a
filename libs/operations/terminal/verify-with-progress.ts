import { redactUpns } from '@waymark/core/fields';
import {
  printableName,
  type StoredLog,
  verifyLog,
  type VerifyOptions,
  type VerifyReport,
} from '@waymark/core/log';
import { grouped, progressBar } from './progress-bar';

const FORMAT = 'verifying {bar} {percentage}% | {events} events | {rate} per second | {eta_formatted} left';

export interface VerifyLogOptions extends Omit<VerifyOptions, 'onProgress'> {
  /** No progress bar. */
  readonly quiet?: boolean;
}

/** Verify a log, with a progress bar on standard error. */
export async function verifyLogWithProgress(
  log: StoredLog,
  { quiet = false, ...options }: VerifyLogOptions = {},
): Promise<VerifyReport> {
  if (quiet) return verifyLog(log, options);
  const bar = progressBar(FORMAT);
  const since = performance.now();
  bar.start(1, 0, { events: 0, rate: 0 });
  try {
    return await verifyLog(log, {
      ...options,
      onProgress: ({ events, position, head }) => {
        const rate = Math.round(events / ((performance.now() - since) / 1_000));
        bar.setTotal(Math.max(head, position) + 1);
        bar.update(position + 1, { events: grouped(events), rate: grouped(rate) });
      },
    });
  } finally {
    bar.stop();
  }
}

/** Describe the result of verifying a log as text. */
export function verifyLogText(report: VerifyReport): string {
  const { events, seals, sealed, unsealed, unchained, hidden, fault } = report;
  if (fault) {
    const before = `The ${grouped(events)} events before it are unchanged.`;
    const streams = new Set(hidden.map(({ stream }) => printableName(stream)));
    const all =
      streams.size > 1
        ? `\nStreams of which some readers do not see all events: ${[...streams].join(', ')}.`
        : '';
    return redactUpns(`${fault.kind}: ${fault.message}\n${before}${all}`);
  }
  const lines = [`${grouped(events)} events are unchanged.`];
  if (seals > 0)
    lines.push(`${grouped(sealed)} of them are covered by ${grouped(seals)} seal${seals === 1 ? '' : 's'}.`);
  if (unsealed.from !== undefined) {
    const { from, events: left } = unsealed;
    lines.push(`${grouped(left)} events from position ${String(from)} on are not sealed yet.`);
  }
  if (unchained > 0)
    lines.push(`${grouped(unchained)} events of an older log have no hash chain: only seals protect them.`);
  return lines.join('\n');
}

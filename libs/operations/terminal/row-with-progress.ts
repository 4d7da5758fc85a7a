import { nameOf } from '@waymark/core/projections';
import { type RowThen, rowThen } from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { grouped, progressBar } from './progress-bar';

const FORMAT = 'reading {bar} {percentage}% | to position {value} of {total} | {eta_formatted} left';

export interface RowWithProgressOptions {
  readonly position?: number | undefined;
  /** No progress bar. */
  readonly quiet?: boolean;
}

/** Fold a view's row anew from the log, with a progress bar on standard error. */
export async function rowWithProgress(
  platform: Platform,
  view: string,
  key: string,
  { position, quiet = false }: RowWithProgressOptions = {},
): Promise<RowThen> {
  if (quiet) return rowThen(platform, view, key, { position });
  const bar = progressBar(FORMAT);
  try {
    return await rowThen(platform, view, key, {
      position,
      onRead: (at, to) => {
        if (!bar.isActive) bar.start(to + 1, 0);
        bar.update(at + 1);
      },
    });
  } finally {
    if (bar.isActive) bar.stop();
  }
}

const written = (row: object | null): string => JSON.stringify(row, undefined, 2);

/** A row then, and the one that is served, for people. */
export function rowText({ view, version, key, position, row, events, last, served, equal }: RowThen): string {
  const from = last ? `, the last ${last.type} at position ${String(last.position)}` : '';
  return [
    `${view}@${String(version)} ${key} at position ${String(position)}: ${grouped(events)} events${from}`,
    written(row),
    ...(served
      ? [
          `Served: ${nameOf(view, served)} at position ${String(served.position)}, ${comparison[String(equal)]!}`,
          ...(equal ? [] : [written(served.row)]),
          ...(served.parked ? [`It is parked at a ${served.parked.type}: ${served.parked.error}`] : []),
        ]
      : ['Nothing is served yet: the view is being built.']),
  ].join('\n');
}

const comparison: Readonly<Record<string, string>> = {
  true: 'and equal',
  false: 'and different',
  undefined: 'which is another position',
};

import { nameOf } from '@waymark/core/projections';
import { type RowAtPosition, rowAtPosition, type RowAtPositionOptions } from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { grouped, progressBar } from './progress-bar';

const FORMAT = 'reading {bar} {percentage}% | position {value} of {total} | {eta_formatted} left';

export interface RowWithProgressOptions extends Pick<RowAtPositionOptions, 'reader' | 'position'> {
  /** No progress bar. */
  readonly quiet?: boolean;
}

/** Fold a view's row from the log, with a progress bar on standard error. */
export async function rowWithProgress(
  platform: Platform,
  view: string,
  key: string,
  { reader, position, quiet = false }: RowWithProgressOptions,
): Promise<RowAtPosition> {
  if (quiet) return rowAtPosition(platform, view, key, { reader, position });
  const bar = progressBar(FORMAT);
  try {
    return await rowAtPosition(platform, view, key, {
      ...{ reader, position },
      onRead: (at, to) => {
        if (!bar.isActive) bar.start(to + 1, 0);
        bar.update(at + 1);
      },
    });
  } finally {
    if (bar.isActive) bar.stop();
  }
}

const formatRow = (row: object | null): string => JSON.stringify(row, undefined, 2);

/** Describe a row at a position, and the row that is served, as text. */
export function rowText({
  view,
  version,
  key,
  position,
  row,
  events,
  last,
  served,
  equal,
}: RowAtPosition): string {
  const from = last ? `, the last ${last.type} at position ${String(last.position)}` : '';
  return [
    `${view}@${String(version)} ${key} at position ${String(position)}: ${grouped(events)} events${from}`,
    formatRow(row),
    ...(served
      ? [
          `Served by ${nameOf(view, served)} at position ${String(served.position)}: ${comparison[String(equal)]!}`,
          ...(equal ? [] : [formatRow(served.row)]),
          ...(served.parked
            ? [`The served row is parked at event ${served.parked.type}: ${served.parked.error}`]
            : []),
        ]
      : ['No row is served yet: the view is being built.']),
  ].join('\n');
}

const comparison: Readonly<Record<string, string>> = {
  true: 'equal',
  false: 'different',
  undefined: 'not compared, because the positions differ',
};

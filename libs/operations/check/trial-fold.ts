import { type EventStore, type Parked, type RecordedEvent, START, type View } from '@waymark/core/kernel';
import { type Guard, type Projection, projectWindow, Skips, Unfoldable } from '@waymark/core/projections';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import type { OnReading } from './log-scan';

/** Result of building a view in memory with this release. */
export interface FoldTrial {
  readonly view: string;
  readonly rows: number;
  readonly bytes: number;
  /** Rows that fail to fold an event. A single one would make a rebuild fail. */
  readonly poison: readonly { readonly key: string; readonly parked: Parked }[];
  /** Why the whole view would stop. */
  readonly stopped?: string;
}

export interface FoldTrials {
  readonly views: readonly FoldTrial[];
  /** Seconds it took to build all of them in one pass over the log. */
  readonly seconds: number;
}

interface TrialOptions {
  readonly unknown: (event: RecordedEvent) => string | undefined;
  readonly onReading?: OnReading;
}

/** Build views in memory as a rebuild would, but continue after errors that would make the rebuild fail. */
export async function tryFolding(
  log: EventStore,
  views: readonly View[],
  { unknown, onReading = () => undefined }: TrialOptions,
): Promise<FoldTrials> {
  const rows = new SqliteRowStore(':memory:');
  try {
    const [head, began] = [await log.head(), performance.now()];
    const projections: Projection[] = views.map((view) => ({ view, epoch: 0, position: START }));
    for (const { view } of projections) await rows.prepare(view);
    const options = {
      events: log,
      rows,
      unknown,
      skips: new Skips(log),
      now: () => new Date().toISOString(),
    };
    let events = 0;
    for (let more = true; more;) {
      const going = projections.filter(({ stopped }) => stopped === undefined);
      if (going.length === 0) break;
      const window = await projectWindow(going, options, stopOnlyThis);
      events += window?.events ?? 0;
      more = window?.more ?? false;
      if (window) onReading({ events, position: window.through, head });
    }
    const seconds = (performance.now() - began) / 1_000;
    return { views: await Promise.all(projections.map((projection) => trialOf(rows, projection))), seconds };
  } finally {
    await rows.close();
  }
}

/** A view that stops does not stop the others. */
const stopOnlyThis: Guard = async (projection, work) => {
  if (projection.stopped !== undefined) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Unfoldable)) throw error;
    projection.stopped = error.message;
  }
};

const trialOf = async (rows: SqliteRowStore, { view, stopped }: Projection): Promise<FoldTrial> => ({
  view: view.name,
  ...(await rows.size(view)),
  poison: await rows.parked(view),
  ...(stopped === undefined ? {} : { stopped }),
});

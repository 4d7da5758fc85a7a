import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore, Position, RecordedEvent } from '@waymark/kernel';
import { Batch, Unfoldable, type BatchOptions, type Projection } from './batch';

export interface WindowOptions extends BatchOptions {
  readonly events: EventStore;
  /** Why this version does not know an event; undefined where it does. */
  readonly unknown: (event: RecordedEvent) => string | undefined;
  /** Events read at once. */
  readonly page?: number;
  /** Events folded in memory before rows are written. */
  readonly window?: number;
}

/** What became of a window of the log. */
export interface Projected {
  /** Events read. */
  readonly events: number;
  /** Position up to which every view that went along now reflects the log. */
  readonly through: Position;
  /** Whether the log went on when it was read. */
  readonly more: boolean;
}

/** Does something for one view; what is thrown there must not keep the others. */
export type Guard = (projection: Projection, work: () => Promise<void>) => Promise<void>;

/** Rows of a view that may be in memory before they are written. */
const ROWS_AT_ONCE = 4_000;

/** Fold the next window of the log into views, one reading for all of them, and write it. Undefined at the log's end. */
export async function projectWindow(
  projections: readonly Projection[],
  options: WindowOptions,
  guard: Guard,
): Promise<Projected | undefined> {
  const { events: log, page = 2_000, window = 200_000 } = options;
  const from = Math.min(...projections.map(({ position }) => position));
  const batches = new Map(projections.map((projection) => [projection, new Batch(projection, options)]));
  let through = from;
  let count = 0;
  let more = true;
  await options.skips.load();
  while (more && count < window && [...batches.values()].every(({ size }) => size < ROWS_AT_ONCE)) {
    const read = await log.readAll(through, page);
    options.skips.see(read.events);
    const strange = read.events.find((event) => options.unknown(event) !== undefined);
    const known = strange ? read.events.slice(0, read.events.indexOf(strange)) : read.events;
    const types = new Set(known.map(({ type }) => type));
    for (const [projection, batch] of batches) {
      await guard(projection, async () => {
        // Most pages hold a few types of events, and most views use none of them.
        if (concerns(projection, types)) await batch.fold(known);
        if (strange && strange.position > projection.position) throw new Unfoldable(options.unknown(strange));
      });
    }
    count += read.events.length;
    through = read.through;
    more = read.events.length === page;
    await nextTurn(); // a store that answers at once would otherwise keep everything else waiting
  }
  if (through === from) return undefined;
  // All at once, so that a store may write them together.
  await Promise.all(
    [...batches].map(([projection, batch]) => guard(projection, () => batch.commit(through))),
  );
  return { events: count, through, more };
}

function concerns({ view }: Projection, types: ReadonlySet<string>): boolean {
  for (const type of types) if (view.on.has(type)) return true;
  return false;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { ObservedWindow } from '@waymark/core/instruments';
import type { EventStore, Position, RecordedEvent } from '@waymark/core/kernel';
import { Batch, type BatchOptions, type Projection, Unfoldable } from './batch';

export interface WindowOptions extends BatchOptions {
  readonly events: EventStore;
  /** Why this version does not know an event; undefined where it does. */
  readonly unknown: (event: RecordedEvent) => string | undefined;
  /** Events read at once: as many as keep everything else in the process waiting for a few milliseconds, where the store answers at once. */
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

/** Rows of all views together that may be in memory before they are written. */
const ROWS_AT_ONCE = 24_000;

/** Fold the next window of the log into views, one reading for all of them, and write it. Undefined at the log's end. */
export async function projectWindow(
  projections: readonly Projection[],
  options: WindowOptions,
  guard: Guard,
): Promise<Projected | undefined> {
  const { events: log, page: size = 500, window = 200_000 } = options;
  const from = Math.min(...projections.map(({ position }) => position));
  const batches = new Map(projections.map((projection) => [projection, new Batch(projection, options)]));
  let through = from;
  let count = 0;
  let more = true;
  const observed = new ObservedWindow(options.strict ? 'rebuild' : 'live');
  await options.skips.load();
  const held = (): number => [...batches.values()].reduce((sum, { size }) => sum + size, 0);
  while (more && count < window && held() < ROWS_AT_ONCE) {
    const read = await log.readAll(through, size);
    await nextTurn(); // a store that answers at once would otherwise keep everything else waiting
    options.skips.see(read.events);
    observed.read(read.events);
    const page: Page = {
      events: read.events,
      types: new Set(read.events.map(({ type }) => type)),
      unknown: read.events.filter((event) => options.unknown(event) !== undefined),
      after: through,
    };
    for (const [projection, batch] of batches)
      await guard(projection, () => foldPage(projection, batch, page, options));
    count += read.events.length;
    through = read.through;
    more = read.events.length === size;
    await nextTurn();
  }
  if (through === from) return undefined;
  // All at once, so that a store may write them together; and none is left to itself where another fails.
  const commits = await Promise.allSettled(
    [...batches].map(([projection, batch]) => guard(projection, () => batch.commit(through))),
  );
  for (const commit of commits) if (commit.status === 'rejected') throw commit.reason;
  observed.written(projections.length, count);
  return { events: count, through, more };
}

interface Page {
  readonly events: readonly RecordedEvent[];
  readonly types: ReadonlySet<string>;
  /** Events of it that this version does not know. */
  readonly unknown: readonly RecordedEvent[];
  /** What was read to before it. */
  readonly after: Position;
}

/** Fold a page into one view. Where the view has to stop, what comes before that event is written. */
async function foldPage(
  projection: Projection,
  batch: Batch,
  { events, types, unknown, after }: Page,
  options: WindowOptions,
): Promise<void> {
  // A view may be past an event that is not known: it was projected by another version.
  const strange = unknown.find(({ position }) => position > projection.position);
  try {
    // Most pages hold a few types of events, and most views use none of them.
    if (concerns(projection, types)) {
      await batch.fold(strange ? events.filter(({ position }) => position < strange.position) : events);
    }
    if (strange) throw new Unfoldable(options.unknown(strange)!, strange.position);
  } catch (error) {
    if (error instanceof Unfoldable) {
      const before = events.findLast(({ position }) => position < error.position!);
      await batch.commit(before?.position ?? after);
    }
    throw error;
  }
}

function concerns({ view }: Projection, types: ReadonlySet<string>): boolean {
  for (const type of types) if (view.on.has(type)) return true;
  return false;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { ObservedWindow } from '@waymark/core/instruments';
import type { EventStore, Position, RecordedEvent } from '@waymark/core/kernel';
import { Batch, type BatchOptions, type Projection, Unfoldable } from './batch';

export interface WindowOptions extends BatchOptions {
  readonly events: EventStore;
  /** Why this version cannot read an event; undefined if it can. */
  readonly unknown: (event: RecordedEvent) => string | undefined;
  /**
   * Page size in events: small enough to block the event loop for only a few milliseconds if the store answers
   * immediately.
   */
  readonly page?: number;
  /** Number of events folded in memory before rows are written. */
  readonly window?: number;
}

/** Result of projecting a window of the log. */
export interface Projected {
  /** Number of events read. */
  readonly events: number;
  /** Position that all projections in this window have reached. */
  readonly through: Position;
  /** Whether the log had more events after this window. */
  readonly more: boolean;
}

/** Runs work for one projection. Errors must not affect the other projections. */
export type Guard = (projection: Projection, work: () => Promise<void>) => Promise<void>;

/** Maximum number of rows in memory across all projections before they are written. */
const MAX_ROWS = 24_000;

/**
 * Fold the next window of the log into all projections with one read, and write the rows. Undefined at the end
 * of the log.
 */
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
  const measured = new ObservedWindow(options.strict ? 'rebuild' : 'live');
  await options.skips.load();
  const rowsInMemory = (): number => [...batches.values()].reduce((sum, { size }) => sum + size, 0);
  while (more && count < window && rowsInMemory() < MAX_ROWS) {
    const read = await log.readAll(through, size);
    await nextTurn(); // otherwise a store that answers immediately would block the event loop
    options.skips.register(read.events);
    measured.read(read.events);
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
  // Commit concurrently, so that a store may combine the writes. Wait for all commits even if one fails.
  const commits = await Promise.allSettled(
    [...batches].map(([projection, batch]) => guard(projection, () => batch.commit(through))),
  );
  for (const commit of commits) if (commit.status === 'rejected') throw commit.reason;
  measured.written(projections.length, count);
  return { events: count, through, more };
}

interface Page {
  readonly events: readonly RecordedEvent[];
  readonly types: ReadonlySet<string>;
  /** The page's events that this version cannot read. */
  readonly unknown: readonly RecordedEvent[];
  /** Position after which the page starts. */
  readonly after: Position;
}

/**
 * Fold a page into one projection. If the projection must stop at an event, everything before that event is
 * written.
 */
async function foldPage(
  projection: Projection,
  batch: Batch,
  { events, types, unknown, after }: Page,
  options: WindowOptions,
): Promise<void> {
  // A view may already be past an unknown event, if another version projected it.
  const unknownEvent = unknown.find(({ position }) => position > projection.position);
  try {
    // Most pages hold few event types, and most views use none of them.
    if (concerns(projection, types)) {
      await batch.fold(
        unknownEvent ? events.filter(({ position }) => position < unknownEvent.position) : events,
      );
    }
    if (unknownEvent) throw new Unfoldable(options.unknown(unknownEvent)!, unknownEvent.position);
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

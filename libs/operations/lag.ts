import type { EventStore, Position } from '@waymark/core/kernel';

/** How far something is behind the log. */
export interface Lag {
  /** Events that it has yet to see: counted where there are few, estimated from how densely they stand where not. */
  readonly events: number;
  /** Seconds since the first of them was recorded; 0 where there is none. */
  readonly seconds: number;
}

/** Events that are counted. Positions count events themselves on SQLite, where the estimate is exact. */
const COUNTED = 200;

/** What the log, which ends at `head`, holds after a position; of some types only where they are given. */
export async function lagBehind(
  log: EventStore,
  head: Position,
  position: Position,
  types?: ReadonlySet<string>,
): Promise<Lag> {
  if (position >= head) return { events: 0, seconds: 0 };
  const { events, through } = await log.readAll(position, COUNTED, types);
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return { events: 0, seconds: 0 };
  const seconds = Math.max(0, (Date.now() - Date.parse(first.metadata.recordedAt)) / 1_000);
  if (through >= head) return { events: events.length, seconds };
  const density = (events.length - 1) / (last.position - first.position);
  return { events: Math.round(events.length + density * (head - through)), seconds };
}

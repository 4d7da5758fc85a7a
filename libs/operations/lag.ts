import type { EventStore, Position } from '@waymark/core/kernel';

/** How far a view or the policies are behind the log. */
export interface Lag {
  /** Events still to be processed: counted up to 200; beyond that, estimated from the density of events among positions. */
  readonly events: number;
  /** Age of the oldest of these events, in seconds; 0 if there is none. */
  readonly seconds: number;
}

/** Number of events up to which they are counted. On SQLite, positions are consecutive and the estimate is exact. */
const MAX_COUNTED = 200;

/** Measure what the log contains between a position and `head`, its end; only events of `types`, if given. */
export async function measureLag(
  log: EventStore,
  head: Position,
  position: Position,
  types?: ReadonlySet<string>,
): Promise<Lag> {
  if (position >= head) return { events: 0, seconds: 0 };
  const { events, through } = await log.readAll(position, MAX_COUNTED, types);
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return { events: 0, seconds: 0 };
  const seconds = Math.max(0, (Date.now() - Date.parse(first.metadata.recordedAt)) / 1_000);
  if (through >= head) return { events: events.length, seconds };
  const density = (events.length - 1) / (last.position - first.position);
  return { events: Math.round(events.length + density * (head - through)), seconds };
}

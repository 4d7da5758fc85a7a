import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type EventStore,
  foldEvent,
  type Position,
  type RecordedEvent,
  START,
  type View,
} from '@waymark/core/kernel';
import { Skips } from './skips';

const PAGE = 2_000;

/** The row of one key, folded from the log up to a position. */
export interface PastRow {
  readonly row: object | null;
  /** Number of events folded into it. */
  readonly events: number;
  /** The last of these events; undefined if there are none. */
  readonly last?: Pick<RecordedEvent, 'id' | 'type' | 'position'>;
}

/**
 * A view's row as of a position, folded from the log by the current code. Skipped events are left out, no
 * matter when the skip was recorded.
 */
export async function rowAt(
  events: EventStore,
  view: View,
  key: string,
  position: Position,
  onRead: (position: Position) => void = () => undefined,
): Promise<PastRow> {
  const skips = new Skips(events);
  await skips.load();
  let past: PastRow = { row: null, events: 0 };
  for await (const event of eventsOf(events, view, key, START, position, onRead)) {
    if (skips.has(view, event)) continue;
    const { id, type, position: at } = event;
    const row = foldEvent(view, past.row, event);
    past = { row, events: past.events + 1, last: { id, type, position: at } };
  }
  return past;
}

/** The events of one row after a position and up to another, in order. */
export async function* eventsOf(
  log: EventStore,
  view: View,
  key: string,
  after: Position,
  upTo: Position,
  onRead: (position: Position) => void = () => undefined,
): AsyncGenerator<RecordedEvent> {
  const types = new Set(view.on.keys());
  let from = after;
  while (from < upTo) {
    const { events, through } = await log.readAll(from, PAGE, types);
    for (const event of events) {
      if (event.position > upTo) return;
      if (view.key(event) === key) yield event;
    }
    if (events.length < PAGE) return;
    from = through;
    onRead(from);
    await nextTurn(); // otherwise a store that answers immediately would block the event loop
  }
}

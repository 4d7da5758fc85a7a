import { type EventStore, type Position, type RecordedEvent, START } from '@waymark/core/kernel';

/** Page size in events. */
const PAGE = 1_000;

/** All events of some types after a position, in log order. */
export async function* eventsOfTypes(
  log: Pick<EventStore, 'readAll'>,
  types: readonly string[],
  after: Position = START,
): AsyncGenerator<RecordedEvent> {
  const wanted = new Set(types);
  for (let from = after; ;) {
    const { events, through } = await log.readAll(from, PAGE, wanted);
    yield* events;
    if (events.length < PAGE) return;
    from = through;
  }
}

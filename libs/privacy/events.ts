import type { DomainEvents } from '@waymark/domain';
import { START, type EventStore, type RecordedEvent } from '@waymark/kernel';

/** Events read at once. */
const PAGE = 1_000;

/** Every event of some types that a log holds, in its order. */
export async function* eventsOf(
  log: Pick<EventStore, 'readAll'>,
  types: readonly (keyof DomainEvents)[],
): AsyncGenerator<RecordedEvent> {
  const wanted = new Set(types);
  for (let after = START; ;) {
    const { events, through } = await log.readAll(after, PAGE, wanted);
    yield* events;
    if (events.length < PAGE) return;
    after = through;
  }
}

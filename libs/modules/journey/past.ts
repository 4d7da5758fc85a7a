import type { Day } from '@waymark/core/fields';
import type { RecordedEvent } from '@waymark/core/kernel';
import { ending, type EndingEvents } from './ending';
import { sessions } from './sessions';

/**
 * What of a journey's history is about days up to one; folded, it is the journey as it stood on that day, by all that the
 * history says. What was recorded in error is not told of a day on which only the error would be:
 *
 * - A session is about one day, the one that it was last said to be on. Put on a later day, or corrected to have been on
 *   one, it is not told of as though it were still on the earlier one.
 * - An end that was taken back is told of from the day on which it was, together with its taking back.
 */
export function historyUpTo(day: Day, history: readonly RecordedEvent[]): RecordedEvent[] {
  const sessionDays = new Map<string, Day>();
  const takenBack = new Map<RecordedEvent, Day>();
  let end: RecordedEvent | undefined;
  for (const event of history) {
    const { on } = event.metadata;
    const session = sessionOf(event);
    if (session !== undefined) sessionDays.set(session, on);
    if (endings.has(event.type)) end = event;
    if (event.type === REOPENED && end) takenBack.set(end, on);
  }
  const dayOf = (event: RecordedEvent): Day =>
    takenBack.get(event) ?? sessionDays.get(sessionOf(event) ?? '') ?? event.metadata.on;
  return history.filter((event) => dayOf(event) <= day);
}

const sessionEvents: ReadonlySet<string> = new Set(Object.keys(sessions.evolve));
const REOPENED: keyof EndingEvents = 'JourneyReopened';
const endings: ReadonlySet<string> = new Set(Object.keys(ending.evolve).filter((type) => type !== REOPENED));

/** The session that an event is about. */
const sessionOf = ({ type, data }: RecordedEvent): string | undefined =>
  sessionEvents.has(type) ? (data as { readonly session: string }).session : undefined;

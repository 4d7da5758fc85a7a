import type { Day } from '@waymark/core/fields';
import type { RecordedEvent } from '@waymark/core/kernel';
import { ending, type EndingEvents } from './ending';
import { sessions } from './sessions';

/**
 * The events of a history that are about days up to `day`. Folded, they give the journey as it was on that day,
 * according to everything in the history. Errors that were corrected later are excluded:
 *
 * - A session counts on the day last recorded for it. If it was moved or corrected to a later day, none of its events
 *   count before that day.
 * - A revoked end counts from the day of its revocation, together with the revocation, so that it never takes effect.
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

/** The session that an event is about; undefined if it is about none. */
const sessionOf = ({ type, data }: RecordedEvent): string | undefined =>
  sessionEvents.has(type) ? (data as { readonly session: string }).session : undefined;

import { addDays, type Day } from '@waymark/core/fields';
import { event, slices } from '@waymark/core/kernel';
import type { Mentor } from './state';

/** A session that was scheduled for a day in the past and still has no outcome. */
export interface OverdueSession {
  readonly journey: string;
  readonly session: string;
  readonly on: Day;
}

/** The content of a reminder. */
export interface Reminders {
  readonly overdue: readonly OverdueSession[];
  /** Journeys without a held session for some time. */
  readonly quiet: readonly string[];
}

export interface ReminderEvents {
  /** A mentor was reminded of sessions without an outcome and of journeys without sessions. */
  MentorReminded: Reminders & { readonly on: Day };
}

/** Remind a mentor, at most once a day and only if there is something to remind of. */
export class RemindMentor {
  on!: Day;
  overdue!: readonly OverdueSession[];
  quiet!: readonly string[];
}

/** A journey in a mentor's caseload. */
export interface MentoredJourney {
  readonly journey: string;
  readonly allocatedOn?: Day;
  readonly sessions: Readonly<
    Record<string, { readonly on: Day; readonly is: 'scheduled' | 'held' | 'not held' }>
  >;
}

/** Days since the last held session, or since the allocation, after which a journey is quiet. */
const QUIET_AFTER = 14;

/** The reminder for a caseload on a day. */
export function reminderFor(caseload: readonly MentoredJourney[], today: Day): Reminders {
  const overdue = caseload.flatMap(({ journey, sessions }) =>
    Object.entries(sessions)
      .filter(([, { is, on }]) => is === 'scheduled' && on < today)
      .map(([session, { on }]) => ({ journey, session, on })),
  );
  const lastQuietDay = addDays(today, -QUIET_AFTER);
  const quiet = caseload.filter((journey) => lastDay(journey) <= lastQuietDay);
  return {
    overdue: overdue.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    quiet: quiet.map(({ journey }) => journey).sort(),
  };
}

/** The day of the last held session or of the allocation, whichever is later. */
const lastDay = ({ allocatedOn = '', sessions }: MentoredJourney): Day =>
  Object.values(sessions).reduce((last, { is, on }) => (is === 'held' && on > last ? on : last), allocatedOn);

const sortKey = ({ on, journey, session }: OverdueSession): string => `${on} ${journey} ${session}`;

const { on, slice } = slices<Mentor>();

export const reminders = slice<ReminderEvents>({
  decide: {
    RemindMentor: on(
      RemindMentor,
      ({ on: day, overdue, quiet }, { remindedOn = '' }) =>
        overdue.length + quiet.length === 0 || day <= remindedOn
          ? []
          : [event('MentorReminded', day, { on: day, overdue, quiet })],
      { by: 'service' },
    ),
  },
  evolve: {
    MentorReminded: (mentor, { on: day }) => ({ ...mentor, remindedOn: day }),
  },
});

import { addDays, type Day } from '@waymark/core/fields';
import { event, slices } from '@waymark/core/kernel';
import type { Mentor } from './state';

/** A session that was planned for a day that has passed, and of which nothing has been recorded since. */
export interface OverdueSession {
  readonly journey: string;
  readonly session: string;
  readonly on: Day;
}

/** What a mentor is to be reminded of. */
export interface Reminders {
  readonly overdue: readonly OverdueSession[];
  /** Journeys that have had no session for a while. */
  readonly quiet: readonly string[];
}

export interface ReminderEvents {
  /** A mentor was reminded of sessions without an outcome, and of pupils without sessions. */
  MentorReminded: Reminders & { readonly on: Day };
}

/** Remind a mentor: once a day, and only where there is something to say. */
export class RemindMentor {
  on!: Day;
  overdue!: readonly OverdueSession[];
  quiet!: readonly string[];
}

/** What is known of a journey in a mentor's caseload. */
export interface MentoredJourney {
  readonly journey: string;
  readonly allocatedOn?: Day;
  readonly sessions: Readonly<
    Record<string, { readonly on: Day; readonly is: 'scheduled' | 'held' | 'not held' }>
  >;
}

/** Days without a session held, since the last one or since the allocation, after which a journey is quiet. */
const QUIET_AFTER = 14;

/** What a mentor is to be reminded of on a day, of the journeys in the caseload. */
export function toRemindOf(caseload: readonly MentoredJourney[], today: Day): Reminders {
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

/** The day of the last session held or, where none was since, of the allocation. */
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

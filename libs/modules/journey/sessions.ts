import {
  addDays,
  type Day,
  IsCode,
  IsDay,
  IsId,
  IsOneOf,
  IsLongText,
  IsWhole,
  Optional,
} from '@waymark/core/fields';
import { type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { given, isRepeated, remember } from '@waymark/modules/shared/repeats';
import { delivery, importing } from '@waymark/modules/shared/rights';
import { requireMentorOn } from './allocation';
import { requireConsentOn } from './consent';
import { type EndingEvents, mentorOf, refuseEnded } from './ending';
import { checkPhase, type PhaseEvents } from './phases';
import { placesOfSession, requireOwnMentor } from './session-scope';
import {
  type HeldSession,
  heldSessions,
  type Journey,
  modes,
  places,
  plannedSessions,
  type Session,
} from './state';

export const notHeldKinds = ['acceptable', 'unacceptable', 'logistics'] as const;
export type NotHeldKind = (typeof notHeldKinds)[number];

/** Reasons why a session was not held, each with its kind. */
export const notHeldReasons = {
  PUPIL_ABSENT: 'acceptable',
  PUPIL_ILL: 'acceptable',
  PUPIL_EXAM: 'acceptable',
  PUPIL_DECLINED: 'unacceptable',
  PUPIL_DID_NOT_COME: 'unacceptable',
  MENTOR_UNAVAILABLE: 'logistics',
  NO_ROOM: 'logistics',
  SCHOOL_CLOSED: 'logistics',
} as const satisfies Readonly<Record<string, NotHeldKind>>;

export type NotHeldReason = keyof typeof notHeldReasons;

type Held = Omit<HeldSession, 'outcome'> & { readonly session: string };

export interface SessionEvents {
  /** A session was scheduled. */
  SessionScheduled: { readonly session: string; readonly mentor: string; readonly on: Day };
  /** A scheduled session was moved to another day. */
  SessionRescheduled: {
    readonly session: string;
    readonly from: Day;
    readonly to: Day;
    readonly reason: string;
  };
  /** A mentoring session was held. */
  SessionHeld: Held;
  /** A session was not held, for a reason that is acceptable, unacceptable or logistical. */
  SessionNotHeld: {
    readonly session: string;
    readonly mentor: string;
    readonly on: Day;
    readonly reason: NotHeldReason;
    readonly kind: NotHeldKind;
  };
  /** A held session was corrected; these are its correct data. */
  SessionCorrected: Held & { readonly reason: string };
  /** A session was voided because it was recorded in error; it no longer counts. */
  SessionVoided: { readonly session: string; readonly reason: string; readonly was: Session };
}

/** Schedule a session. */
export class ScheduleSession {
  @IsId('8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f') session!: string;
  @IsCode('M-890-1') mentor!: string;
  @IsDay() on!: string;
}

/** Move a scheduled session to another day. */
export class RescheduleSession {
  @IsId('8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f') session!: string;
  @IsDay('2025-11-05') to!: string;
  @IsLongText('The room is taken by an exam.') reason!: string;
}

/** Record a held session. */
export class HoldSession {
  @IsId('8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f') session!: string;
  /** The mentor who held the session: the pupil's mentor, or a substitute. */
  @IsCode('M-890-1') mentor!: string;
  @IsDay() on!: string;
  @IsWhole(1, 480, 60) minutes!: number;
  @IsOneOf(modes) mode!: (typeof modes)[number];
  @IsOneOf(places) place!: (typeof places)[number];
  /** The phase of the session; the current phase if left out. A session of the next phase advances the journey. */
  @Optional() @IsWhole(1, 12, 1) phase?: number;
}

/** Record that a session was not held. */
export class RecordSessionNotHeld {
  @IsId('8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f') session!: string;
  @IsCode('M-890-1') mentor!: string;
  @IsDay() on!: string;
  @IsOneOf(Object.keys(notHeldReasons)) reason!: NotHeldReason;
}

/** Correct the data of a held session. */
export class CorrectSession {
  @IsId('8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f') session!: string;
  @Optional() @IsCode('M-890-1') mentor?: string;
  @Optional() @IsDay() on?: string;
  @Optional() @IsWhole(1, 480, 45) minutes?: number;
  @Optional() @IsOneOf(modes) mode?: (typeof modes)[number];
  @Optional() @IsOneOf(places) place?: (typeof places)[number];
  @Optional() @IsWhole(1, 12, 1) phase?: number;
  @IsLongText('It took 45 minutes, not 60.') reason!: string;
}

/** Void a session that was recorded in error. */
export class VoidSession {
  @IsId('8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f') session!: string;
  @IsLongText('Recorded for the wrong pupil.') reason!: string;
}

const { on, slice } = slices<Journey>();

type Emits = SessionEvents & PhaseEvents & EndingEvents;

interface Facts {
  readonly mentor: MentorFacts;
}

const mentorNeed = ['mentor', ({ mentor }: { readonly mentor?: string }) => mentor] as const;

export const sessions = slice<SessionEvents, Emits>({
  decide: {
    ScheduleSession: on(
      ScheduleSession,
      ({ session, mentor, on: day }, journey, { facts }: Context<Facts>) => {
        requireOwnMentor(journey, facts.mentor);
        const known = journey.sessions[session];
        if (known && same(known, { outcome: 'scheduled', on: day, mentor })) return [];
        if (known) refuseRecorded();
        requireConsentAndMentor(journey, day);
        return [event('SessionScheduled', day, { session, mentor, on: day })];
      },
      { by: delivery, places: placesOfSession, needs: { mentor: mentorNeed } },
    ),
    RescheduleSession: on(
      RescheduleSession,
      ({ session, to, reason }, journey) => {
        const known = sessionOf(journey, session);
        if (known.outcome !== 'scheduled')
          refuse(
            'SESSION_NOT_SCHEDULED',
            'Only a scheduled session can be moved to another day. Schedule a new session.',
          );
        if (known.on === to) {
          if (isReason(journey, 'SessionRescheduled', session, reason)) return [];
          refuse('SESSION_ON_THAT_DAY', 'The session is already scheduled for that day. Choose another day.');
        }
        requireConsentAndMentor(journey, to);
        return [event('SessionRescheduled', to, { session, from: known.on, to, reason })];
      },
      { by: delivery, places: placesOfSession },
    ),
    HoldSession: on(
      HoldSession,
      (command, journey, { today, facts }: Context<Facts>) => {
        const { session, mentor, on: day, minutes, mode, place } = command;
        requireOwnMentor(journey, facts.mentor);
        const known = journey.sessions[session];
        const phase = command.phase ?? (known?.outcome === 'held' ? known.phase : journey.phase);
        const held: HeldSession = { outcome: 'held', mentor, on: day, minutes, mode, place, phase };
        if (known && same(known, held)) return [];
        if (known && known.outcome !== 'scheduled') refuseRecorded();
        requireConsentAndMentor(journey, day);
        refuseFuture(day, today);
        checkPhase(journey, phase);
        const { outcome: _, ...data } = held;
        return [
          event('SessionHeld', day, { session, ...data }),
          ...advanced(journey, phase, day),
          ...completed(journey, day, 1),
        ];
      },
      { by: { ...delivery, ...importing }, places: placesOfSession, needs: { mentor: mentorNeed } },
    ),
    RecordSessionNotHeld: on(
      RecordSessionNotHeld,
      ({ session, mentor, on: day, reason }, journey, { facts }: Context<Facts>) => {
        requireOwnMentor(journey, facts.mentor);
        const known = journey.sessions[session];
        if (known && same(known, { outcome: 'not held', on: day, mentor, reason })) return [];
        if (known && known.outcome !== 'scheduled') refuseRecorded();
        requireConsentAndMentor(journey, day);
        return [
          event('SessionNotHeld', day, { session, mentor, on: day, reason, kind: notHeldReasons[reason] }),
        ];
      },
      {
        by: { ...delivery, ...importing },
        places: placesOfSession,
        needs: { mentor: mentorNeed },
        formerly: 'MissSession',
      },
    ),
    CorrectSession: on(
      CorrectSession,
      ({ session, reason, ...changes }, journey, { today, facts }: Context<Partial<Facts>>) => {
        requireOwnMentor(journey, facts.mentor);
        const known = sessionOf(journey, session);
        if (known.outcome !== 'held')
          return refuse('SESSION_NOT_HELD', 'Only a held session can be corrected. Void this one instead.');
        const right: HeldSession = { ...known, ...given(changes) };
        if (same(known, right)) {
          if (isReason(journey, 'SessionCorrected', session, reason)) return [];
          refuse('NOTHING_TO_CORRECT', 'The session already has these data. Send the fields to change.');
        }
        requireConsentAndMentor(journey, right.on);
        refuseFuture(right.on, today);
        checkPhase(journey, right.phase);
        const { outcome: _, ...data } = right;
        return [
          event('SessionCorrected', right.on, { session, ...data, reason }),
          ...advanced(journey, right.phase, right.on),
        ];
      },
      { by: delivery, places: placesOfSession, needs: { mentor: mentorNeed } },
    ),
    VoidSession: on(
      VoidSession,
      ({ session, reason }, journey, { today }) => {
        const was = sessionOf(journey, session);
        if (was.outcome === 'voided') {
          if (isReason(journey, 'SessionVoided', session, reason)) return [];
          refuse(
            'SESSION_ALREADY_VOIDED',
            'The session was already voided, for another reason. No further change is possible.',
          );
        }
        return [event('SessionVoided', was.on, { session, reason, was }), ...reopened(journey, was, today)];
      },
      { by: delivery, places: placesOfSession },
    ),
  },
  evolve: {
    SessionScheduled: (journey, { session, ...planned }) =>
      put(journey, session, { outcome: 'scheduled', ...planned }),
    SessionRescheduled: (journey, { session, to, reason }) =>
      remember(
        put(journey, session, { ...journey.sessions[session], outcome: 'scheduled', on: to }),
        'SessionRescheduled',
        session,
        { reason },
      ),
    SessionHeld: (journey, { session, ...held }) => put(journey, session, { outcome: 'held', ...held }),
    SessionNotHeld: (journey, { session, on: day, mentor, reason }) =>
      put(journey, session, { outcome: 'not held', on: day, mentor, reason }),
    SessionCorrected: (journey, { session, reason, ...held }) =>
      remember(put(journey, session, { outcome: 'held', ...held }), 'SessionCorrected', session, { reason }),
    SessionVoided: (journey, { session, reason, was }) =>
      remember(put(journey, session, { outcome: 'voided', on: was.on }), 'SessionVoided', session, {
        reason,
      }),
  },
  personal: { SessionRescheduled: ['reason'], SessionCorrected: ['reason'], SessionVoided: ['reason'] },
});

const put = (journey: Journey, id: string, session: Session): Journey => ({
  ...journey,
  sessions: { ...journey.sessions, [id]: session },
});

/** Whether the latest event of this type for a session gives this reason. */
const isReason = (journey: Journey, type: keyof SessionEvents, session: string, reason: string): boolean =>
  isRepeated(journey, type, session, { reason });

/**
 * A session needs a consent that covers its day, a mentor on that day or now, and a journey that had not ended by
 * that day.
 */
function requireConsentAndMentor(journey: Journey, day: Day): void {
  refuseEnded(journey, day);
  requireConsentOn(journey, day);
  requireMentorOn(journey, day);
}

/** Tomorrow is allowed, because it may already be tomorrow in the mentor's time zone. */
function refuseFuture(day: Day, today: Day): void {
  if (day > addDays(today, 1))
    refuse('SESSION_IN_FUTURE', 'A session cannot be held in the future. Correct the day.', 'invalid');
}

/** A held session of the next phase advances the journey to it. */
const advanced = ({ phase: from }: Journey, to: number, day: Day) =>
  to > from ? [event('PhaseAdvanced', day, { from, to, on: day })] : [];

/** The last of the planned sessions completes the journey. */
const completed = (journey: Journey, day: Day, more: number) =>
  !journey.end && heldSessions(journey).length + more === plannedSessions(journey)
    ? [
        event('JourneyCompleted', latestDay(journey, day), {
          on: latestDay(journey, day),
          ...mentorOf(journey),
        }),
      ]
    : [];

/** Voiding a session reopens a journey that was completed by its last planned session. */
const reopened = (journey: Journey, was: Session, today: Day) =>
  was.outcome === 'held' &&
  journey.end?.ending === 'COMPLETED' &&
  heldSessions(journey).length === plannedSessions(journey)
    ? [event('JourneyReopened', today, { reason: 'SESSION_VOIDED', on: today, ...mentorOf(journey) })]
    : [];

/** The day of the latest session: sessions may be recorded out of order, and the journey ends with the latest. */
const latestDay = (journey: Journey, day: Day): Day =>
  heldSessions(journey).reduce((last, session) => (session.on > last ? session.on : last), day);

function sessionOf({ sessions: known }: Journey, id: string): Session {
  return (
    known[id] ??
    refuse('UNKNOWN_SESSION', 'The journey has no session with this id. Check the id.', 'missing')
  );
}

function refuseRecorded(): never {
  return refuse(
    'SESSION_ALREADY_RECORDED',
    'This session is already recorded with other data. Correct or void it.',
  );
}

const same = (a: Session, b: Session): boolean =>
  Object.keys({ ...a, ...b }).every((key) => a[key as keyof Session] === b[key as keyof Session]);

import fc from 'fast-check';
import { addDays } from '@waymark/core/fields';
import { type RecordedEvent, Refusal } from '@waymark/core/kernel';
import {
  AcceptReferral,
  AdvancePhase,
  AssessEligibility,
  CompleteJourney,
  ConfirmAllocation,
  CorrectSession,
  EndJourney,
  FinishSupport,
  GiveConsent,
  HoldSession,
  journey,
  MakeReferral,
  RecordSessionNotHeld,
  ReassessBarrier,
  RecordBarrier,
  ReferPupil,
  ReopenJourney,
  RescheduleSession,
  ScheduleSession,
  StartSupport,
  VoidSession,
  WithdrawConsent,
} from '@waymark/modules/journey';
import { newEvent } from '../events';
import {
  attendanceFacts,
  counted,
  MENTOR,
  mentorFacts,
  model,
  OTHER_MENTOR,
  PROGRAMME,
  programmeFacts,
  PUPIL,
  pupilFacts,
  SCHOOL,
  schoolFacts,
} from '../given';
import { command, spec } from '../spec';
import { id } from './given';

/** An event, with the day it is about. */
export type Happening = Pick<RecordedEvent, 'type' | 'data'> & { readonly on: string };

/** The recorded history of a journey: one event each minute, or at the given times. */
export const history = (events: readonly Happening[], moments: readonly string[] = []): RecordedEvent[] =>
  events.map(({ type, data, on }, revision) => {
    const recordedAt = moments[revision] ?? moment(revision);
    return {
      ...newEvent(type, data, { on, recordedAt }),
      ...{ stream: 'journey-1', revision, position: revision },
    };
  });

/** The time of recording of the nth event. */
export const moment = (minute: number): string => new Date(Date.UTC(2026, 1, 15, 9, minute)).toISOString();

/** Days of events, up to months apart and in any order. */
export const days = fc.integer({ min: 0, max: 150 }).map((day) => addDays('2025-09-15', day));
const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const ids = oneOf(id(1), id(2), id(3));
const mentors = oneOf(MENTOR, OTHER_MENTOR);
const words = fc.constant('It was another pupil.');
const numbers = (min: number, max: number) => fc.integer({ min, max });

const sent = <Command extends object>(
  type: new () => Command,
  fields: { readonly [Field in keyof Command]?: fc.Arbitrary<Command[Field]> },
): fc.Arbitrary<object> =>
  fc
    .record(fields as Record<string, fc.Arbitrary<unknown>>)
    .map((values) => command(type, values as Command));

const how = { mode: oneOf('IN_PERSON' as const), place: oneOf('SCHOOL' as const) };

const session = { session: ids, mentor: mentors, on: days };
const heldSession = { ...session, minutes: numbers(1, 90), ...how, phase: numbers(1, 2) };

const sessionCommands = fc.oneof(
  sent(ScheduleSession, session),
  sent(RescheduleSession, { session: ids, to: days, reason: words }),
  sent(HoldSession, heldSession),
  sent(RecordSessionNotHeld, { ...session, reason: oneOf('PUPIL_ILL' as const) }),
  sent(CorrectSession, { ...heldSession, reason: words }),
  sent(VoidSession, { session: ids, reason: words }),
);

const otherCommands = fc.oneof(
  sent(GiveConsent, { on: days, by: oneOf('PARENT' as const) }),
  sent(WithdrawConsent, { on: days, reason: words }),
  fc.constant(new AssessEligibility()),
  sent(ConfirmAllocation, { mentor: mentors, on: days }),
  sent(AdvancePhase, { to: oneOf(2), on: days, outcome: oneOf('PARTLY' as const) }),
  sent(RecordBarrier, {
    ...{ barrier: oneOf(id(1)), kind: oneOf('TRANSPORT'), by: oneOf('MENTOR' as const) },
    ...{ severity: numbers(0, 3), text: words, on: days },
  }),
  sent(ReassessBarrier, { barrier: oneOf(id(1)), severity: numbers(0, 3), on: days }),
  sent(MakeReferral, {
    referral: oneOf(id(1)),
    service: oneOf('Early Help'),
    overrideReason: words,
    on: days,
  }),
  sent(AcceptReferral, { referral: oneOf(id(1)), on: days }),
  sent(StartSupport, { referral: oneOf(id(1)), on: days }),
  sent(FinishSupport, { referral: oneOf(id(1)), outcome: words, on: days }),
  sent(CompleteJourney, { on: days }),
  sent(EndJourney, { ending: oneOf('ENDED_EARLY' as const), reason: words, on: days }),
  sent(ReopenJourney, { reason: words }),
  sent(ReopenJourney, { reason: words }),
);

const commands = fc.oneof({ arbitrary: sessionCommands, weight: 3 }, { arbitrary: otherCommands, weight: 2 });

/** The history of a journey to which these commands are sent, one a day. Refused commands leave no events. */
function carriedOut(sendings: readonly object[]): RecordedEvent[] {
  const two = { ...model, sessionsPerPhase: 1, phases: model.phases.slice(0, 2) };
  const known = {
    ...{ pupil: pupilFacts, school: schoolFacts, mentor: mentorFacts, mentorFacts },
    programme: { ...programmeFacts, deliveryModel: two },
    attendance: attendanceFacts(counted(19, 76)),
  };
  const events: Happening[] = [];
  const moments: string[] = [];
  for (const [index, each] of sendings.entries()) {
    const now = `${addDays('2025-12-01', 3 * index)}T09:00:00.000Z`;
    try {
      const decided = spec(journey, { now })
        .with(known)
        .given(...(events as never[]))
        .when(each)
        .events();
      events.push(...(decided as readonly Happening[]));
      moments.push(...decided.map(() => now));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return history(events, moments);
}

const referring = sent(ReferPupil, {
  ...{ pupil: oneOf(PUPIL), programme: oneOf(PROGRAMME), school: oneOf(SCHOOL), on: days },
  ...{ yearGroup: oneOf(8), freeSchoolMeals: oneOf(true), sen: oneOf('N' as const), eal: oneOf(false) },
});
const beginnings = fc.tuple(
  referring,
  sent(GiveConsent, { on: oneOf('2025-09-15', '2025-11-01'), by: oneOf('PARENT' as const) }),
  sent(ConfirmAllocation, { mentor: mentors, on: days }),
);
/** Possible histories: the results of random commands. */
export const histories = fc
  .tuple(
    beginnings,
    // Half of them are long, because some commands are accepted only after several others.
    fc.oneof(
      fc.array(commands, { minLength: 1, maxLength: 40, size: 'max' }),
      fc.array(commands, { minLength: 40, maxLength: 40 }),
    ),
  )
  .map(([first, then]) => carriedOut([...first, ...then]));

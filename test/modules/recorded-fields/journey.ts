import {
  barrierKinds,
  consentGivers,
  finders,
  modes,
  notHeldReasons,
  phaseOutcomes,
  places,
  safeguardingDecisions,
  senProvisions,
} from '@waymark/modules/journey';
import { PUPIL } from '../../support/given';
import { is, isOf, type Sendings } from './table';
import { days, ids, maybe, mentors, oneOf, programmes, schools, words } from './values';

const some = (values: readonly string[]) => oneOf(...values.slice(0, 2));
const session = { session: ids, mentor: mentors, on: days };
const how = { mode: some(modes), place: some(places), phase: maybe(oneOf(1, 2)) };
const step = { referral: ids, on: days };
const reopening = is('JourneyReopened');

export const journeySendings: Sendings = {
  first: ['ReferPupil', 'GiveConsent', 'ConfirmAllocation', 'HoldSession'],
  commands: {
    ReferPupil: {
      body: {
        pupil: oneOf(PUPIL),
        programme: programmes,
        school: schools,
        on: days,
        yearGroup: oneOf(8, 9),
        freeSchoolMeals: maybe(oneOf(true, false)),
        sen: maybe(some(senProvisions)),
        eal: maybe(oneOf(true, false)),
      },
      events: ['PupilReferred'],
    },
    GiveConsent: {
      body: { on: days, by: maybe(some(consentGivers)) },
      events: ['ConsentGiven'],
      // A withdrawal does not undo the consent: the same consent sent again is not recorded again.
      about: ['on', 'by'],
    },
    WithdrawConsent: {
      body: { on: days, reason: maybe(words) },
      events: ['ConsentWithdrawn'],
      about: ['on', 'reason'],
    },
    AssessEligibility: { body: {}, events: ['EligibilityAssessed'] },
    ConfirmAllocation: {
      body: { mentor: mentors, on: days },
      events: ['MentorAllocated'],
      undoneBy: is('ConsentWithdrawn', 'JourneyReopened'),
    },
    ScheduleSession: {
      body: session,
      events: ['SessionScheduled', 'SessionRescheduled'],
      about: ['session'],
      undoneBy: isOf('session', 'SessionHeld', 'SessionNotHeld', 'SessionVoided'),
      reads: { on: ({ on, to }) => on ?? to },
    },
    RescheduleSession: {
      after: ['ScheduleSession'],
      body: { session: ids, to: days, reason: words },
      events: ['SessionRescheduled'],
      about: ['session'],
      undoneBy: isOf('session', 'SessionHeld', 'SessionNotHeld', 'SessionVoided'),
    },
    HoldSession: {
      body: { ...session, minutes: oneOf(45, 60), ...how },
      events: ['SessionHeld', 'SessionCorrected'],
      about: ['session'],
      undoneBy: isOf('session', 'SessionVoided'),
    },
    RecordSessionNotHeld: {
      body: { ...session, reason: some(Object.keys(notHeldReasons)) },
      events: ['SessionNotHeld'],
      about: ['session'],
      undoneBy: isOf('session', 'SessionVoided'),
    },
    CorrectSession: {
      body: {
        ...{ session: ids, mentor: maybe(mentors), on: maybe(days), minutes: maybe(oneOf(45, 60)) },
        ...{ mode: maybe(how.mode), place: maybe(how.place), phase: how.phase, reason: words },
      },
      events: ['SessionCorrected'],
      about: ['session'],
      undoneBy: isOf('session', 'SessionVoided'),
    },
    VoidSession: {
      body: { session: ids, reason: words },
      events: ['SessionVoided'],
      about: ['session'],
    },
    AdvancePhase: {
      body: { to: oneOf(2, 2, 2, 3), on: days, outcome: maybe(some(phaseOutcomes)) },
      events: ['PhaseAdvanced', 'PhaseOutcomeRecorded'],
      about: ['to'],
      // The outcome of the previous phase is an event about that phase.
      reads: {
        to: ({ to, phase }) => to ?? Number(phase) + 1,
        on: ({ to, on }) => (to === undefined ? undefined : on),
      },
    },
    RecordPhaseOutcome: {
      body: { phase: oneOf(1, 2), outcome: some(phaseOutcomes), on: days },
      events: ['PhaseOutcomeRecorded'],
      about: ['phase'],
    },
    RecordBarrier: {
      body: {
        ...{ barrier: ids, kind: some(barrierKinds), by: some(finders) },
        ...{ severity: maybe(oneOf(1, 2)), text: maybe(words), on: days },
      },
      events: ['BarrierFound'],
      about: ['barrier'],
    },
    ReassessBarrier: {
      after: ['RecordBarrier'],
      body: { barrier: ids, severity: oneOf(1, 2), on: days },
      events: ['BarrierFound', 'BarrierReassessed'],
      about: ['barrier'],
    },
    DecideSafeguarding: {
      after: ['RecordBarrier'],
      body: { barrier: ids, decision: some(safeguardingDecisions), on: days },
      events: ['SafeguardingDecided'],
      about: ['barrier'],
    },
    MakeReferral: {
      body: {
        ...{ referral: ids, service: oneOf('Early Help', 'Young Carers'), on: days },
        ...{ barrier: maybe(ids), overrideReason: maybe(words) },
      },
      events: ['ReferralMade'],
      about: ['referral'],
    },
    AcceptReferral: {
      after: ['RecordBarrier', 'MakeReferral'],
      body: step,
      events: ['ReferralAccepted'],
      about: ['referral'],
    },
    DeclineReferral: {
      after: ['RecordBarrier', 'MakeReferral'],
      body: { ...step, reason: words },
      events: ['ReferralDeclined'],
      about: ['referral'],
    },
    StartSupport: {
      after: ['RecordBarrier', 'MakeReferral'],
      body: step,
      events: ['SupportStarted'],
      about: ['referral'],
    },
    FinishSupport: {
      after: ['RecordBarrier', 'MakeReferral', 'StartSupport'],
      body: { ...step, outcome: words },
      events: ['SupportFinished'],
      about: ['referral'],
    },
    WithdrawReferral: {
      after: ['RecordBarrier', 'MakeReferral'],
      body: { ...step, reason: words },
      events: ['ReferralWithdrawn'],
      about: ['referral'],
    },
    CompleteJourney: {
      after: ['AdvancePhase'],
      body: { on: days },
      events: ['JourneyCompleted'],
      undoneBy: reopening,
    },
    EndJourney: {
      body: { ending: oneOf('ENDED_EARLY', 'MOVED_AWAY'), reason: words, on: days },
      events: ['JourneyEnded'],
      undoneBy: reopening,
    },
    ReopenJourney: {
      after: ['EndJourney'],
      body: { reason: words },
      events: ['JourneyReopened'],
      undoneBy: is('JourneyCompleted', 'JourneyEnded', 'JourneyStopped'),
    },
    StopJourney: { body: {}, events: ['JourneyStopped'] },
  },
};

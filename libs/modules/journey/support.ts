import { type Day, IsDay, IsId, IsLongText, IsText, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { given, isRepeated, lastRecorded, remember } from '@waymark/modules/shared/repeats';
import { delivery } from '@waymark/modules/shared/rights';
import { requireConsentOn } from './consent';
import { refuseEnded } from './ending';
import type { Journey, SupportStep } from './state';

interface Step {
  readonly referral: string;
  readonly on: Day;
}

export interface SupportEvents {
  /** The pupil or family was referred to a service, with consent or with a reason for referring without it. */
  ReferralMade: Step & {
    /** Typed text, in which the pupil may be named. */
    readonly service: string;
    readonly barrier?: string;
    readonly overrideReason?: string;
  };
  /** The service accepted the referral. */
  ReferralAccepted: Step;
  /** The service declined the referral. */
  ReferralDeclined: Step & { readonly reason: string };
  /** Support started. */
  SupportStarted: Step;
  /** Support finished, with an outcome. */
  SupportFinished: Step & { readonly outcome: string };
  /** The referral was withdrawn. */
  ReferralWithdrawn: Step & { readonly reason: string };
}

const EXAMPLE = '2e4d6c8b-1a3f-4b5c-9d7e-0f1a2b3c4d5e';

/** Refer the pupil or family to a service. */
export class MakeReferral {
  @IsId(EXAMPLE) referral!: string;
  /** The service's name in the directory. */
  @IsText('Early Help') service!: string;
  /** The barrier that the referral is about. */
  @Optional() @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier?: string;
  /** Reason for referring without consent. */
  @Optional() @IsLongText('A concern for the pupil’s safety.') overrideReason?: string;
  @IsDay() on!: string;
}

/** Record that the service accepted the referral. */
export class AcceptReferral {
  @IsId(EXAMPLE) referral!: string;
  @IsDay('2025-11-10') on!: string;
}

/** Record that the service declined the referral. */
export class DeclineReferral {
  @IsId(EXAMPLE) referral!: string;
  @IsLongText('The waiting list is closed.') reason!: string;
  @IsDay('2025-11-10') on!: string;
}

/** Record that support started. */
export class StartSupport {
  @IsId(EXAMPLE) referral!: string;
  @IsDay('2025-11-17') on!: string;
}

/** Record that support finished, with its outcome. */
export class FinishSupport {
  @IsId(EXAMPLE) referral!: string;
  @IsLongText('A bus pass was granted.') outcome!: string;
  @IsDay('2026-01-12') on!: string;
}

/** Withdraw a referral. */
export class WithdrawReferral {
  @IsId(EXAMPLE) referral!: string;
  @IsLongText('The family has found help elsewhere.') reason!: string;
  @IsDay('2025-12-01') on!: string;
}

/** The steps that may precede each step. */
const reachedFrom: Readonly<Record<Exclude<SupportStep, 'made'>, readonly SupportStep[]>> = {
  accepted: ['made'],
  declined: ['made'],
  started: ['made', 'accepted'],
  finished: ['started'],
  withdrawn: ['made', 'accepted', 'started'],
};

const { on, slice } = slices<Journey>();

export const support = slice<SupportEvents>({
  decide: {
    MakeReferral: on(
      MakeReferral,
      ({ referral, service, barrier, overrideReason, on: day }, journey) => {
        const made = given({ referral, service, on: day, barrier, overrideReason });
        if (isRepeated(journey, 'ReferralMade', referral, made)) return [];
        if (journey.support[referral])
          refuse('REFERRAL_ALREADY_RECORDED', 'A different referral has this id. Use a new id.');
        refuseEnded(journey, day);
        if (barrier !== undefined && !journey.barriers[barrier]) {
          refuse('UNKNOWN_BARRIER', 'The journey has no barrier with this id. Check the id.', 'missing');
        }
        // A recorded reason replaces the consent.
        if (overrideReason === undefined) requireConsentOn(journey, day);
        return [event('ReferralMade', day, made)];
      },
      { by: delivery },
    ),
    AcceptReferral: on(
      AcceptReferral,
      ({ referral, on: day }, journey) => {
        const accepted = { referral, on: day };
        return isNew(journey, 'accepted', accepted) ? [event('ReferralAccepted', day, accepted)] : [];
      },
      { by: delivery },
    ),
    DeclineReferral: on(
      DeclineReferral,
      ({ referral, reason, on: day }, journey) => {
        const declined = { referral, reason, on: day };
        return isNew(journey, 'declined', declined) ? [event('ReferralDeclined', day, declined)] : [];
      },
      { by: delivery },
    ),
    StartSupport: on(
      StartSupport,
      ({ referral, on: day }, journey) => {
        const started = { referral, on: day };
        return isNew(journey, 'started', started) ? [event('SupportStarted', day, started)] : [];
      },
      { by: delivery },
    ),
    FinishSupport: on(
      FinishSupport,
      ({ referral, outcome, on: day }, journey) => {
        const finished = { referral, outcome, on: day };
        return isNew(journey, 'finished', finished) ? [event('SupportFinished', day, finished)] : [];
      },
      { by: delivery },
    ),
    WithdrawReferral: on(
      WithdrawReferral,
      ({ referral, reason, on: day }, journey) => {
        const withdrawn = { referral, reason, on: day };
        return isNew(journey, 'withdrawn', withdrawn) ? [event('ReferralWithdrawn', day, withdrawn)] : [];
      },
      { by: delivery },
    ),
  },
  evolve: {
    ReferralMade: (journey, made) =>
      remember(withState(journey, made.referral, 'made'), 'ReferralMade', made.referral, made),
    ReferralAccepted: (journey, step) => withStep(journey, 'accepted', step),
    ReferralDeclined: (journey, step) => withStep(journey, 'declined', step),
    SupportStarted: (journey, step) => withStep(journey, 'started', step),
    SupportFinished: (journey, step) => withStep(journey, 'finished', step),
    ReferralWithdrawn: (journey, step) => withStep(journey, 'withdrawn', step),
  },
  personal: {
    ReferralMade: ['service', 'overrideReason'],
    ReferralDeclined: ['reason'],
    SupportFinished: ['outcome'],
    ReferralWithdrawn: ['reason'],
  },
});

/** The service of a support referral; undefined if the pupil's data were erased or may not be seen. */
export const serviceOf = (journey: Journey, referral: string): string | undefined =>
  (lastRecorded(journey, 'ReferralMade', referral) as { readonly service?: string } | undefined)?.service;

const withState = (journey: Journey, referral: string, step: SupportStep): Journey => ({
  ...journey,
  support: { ...journey.support, [referral]: step },
});

/** In a journey as of an earlier day, a step may precede the day of the referral itself; it is then ignored. */
const withStep = (journey: Journey, to: SupportStep, step: Step): Journey =>
  journey.support[step.referral]
    ? remember(withState(journey, step.referral, to), 'step', step.referral, step)
    : journey;

/** True if the step is new and allowed, false if it repeats the latest one. Refuses it otherwise. */
function isNew(journey: Journey, to: keyof typeof reachedFrom, step: Step): boolean {
  const now =
    journey.support[step.referral] ??
    refuse('UNKNOWN_REFERRAL', 'The journey has no referral with this id. Check the id.', 'missing');
  if (now === to) {
    if (isRepeated(journey, 'step', step.referral, step)) return false;
    refuse(
      'REFERRAL_STEP_ALREADY_RECORDED',
      `The referral is already ${now}, with another day or text. Make a new referral if you need another one.`,
    );
  }
  if (!reachedFrom[to].includes(now))
    refuse('REFERRAL_ELSEWHERE', `A referral that is ${now} cannot become ${to}. Check the referral.`);
  return true;
}

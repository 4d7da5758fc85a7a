import { type Day, IsDay, IsId, IsText, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { given, isSaid, saying } from '@waymark/modules/shared/said';
import { delivery } from '@waymark/modules/shared/rights';
import { requireConsentOn } from './consent';
import { refuseEnded } from './ending';
import type { Journey, SupportStep } from './state';

interface Step {
  readonly referral: string;
  readonly on: Day;
}

export interface SupportEvents {
  /** The pupil or family was referred to a service; with consent, or with the reason why without. */
  ReferralMade: Step & {
    readonly service: string;
    readonly barrier?: string;
    readonly overrideReason?: string;
  };
  /** The service took the referral on. */
  ReferralAccepted: Step;
  /** The service did not take the referral on. */
  ReferralDeclined: Step & { readonly reason: string };
  /** Support began. */
  SupportStarted: Step;
  /** Support came to its end, with what it brought. */
  SupportFinished: Step & { readonly outcome: string };
  /** The referral was taken back. */
  ReferralWithdrawn: Step & { readonly reason: string };
}

const EXAMPLE = '2e4d6c8b-1a3f-4b5c-9d7e-0f1a2b3c4d5e';

/** Refer the pupil or family to a service. */
export class MakeReferral {
  @IsId(EXAMPLE) referral!: string;
  /** The service's name in the directory. */
  @IsText('Early Help') service!: string;
  /** The barrier that it is for. */
  @Optional() @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier?: string;
  /** Why it is made without consent. */
  @Optional() @IsText('A concern for the pupil’s safety.', 2000) overrideReason?: string;
  @IsDay() on!: string;
}

/** Record that the service takes the referral on. */
export class AcceptReferral {
  @IsId(EXAMPLE) referral!: string;
  @IsDay('2025-11-10') on!: string;
}

/** Record that the service does not take the referral on. */
export class DeclineReferral {
  @IsId(EXAMPLE) referral!: string;
  @IsText('The waiting list is closed.', 2000) reason!: string;
  @IsDay('2025-11-10') on!: string;
}

/** Record that support began. */
export class StartSupport {
  @IsId(EXAMPLE) referral!: string;
  @IsDay('2025-11-17') on!: string;
}

/** Record that support ended. */
export class FinishSupport {
  @IsId(EXAMPLE) referral!: string;
  @IsText('A bus pass was granted.', 2000) outcome!: string;
  @IsDay('2026-01-12') on!: string;
}

/** Take a referral back. */
export class WithdrawReferral {
  @IsId(EXAMPLE) referral!: string;
  @IsText('The family has found help elsewhere.', 2000) reason!: string;
  @IsDay('2025-12-01') on!: string;
}

/** From which steps each step can be reached. */
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
        if (isSaid(journey, 'ReferralMade', referral, made)) return [];
        if (journey.support[referral])
          refuse(
            'REFERRAL_ALREADY_RECORDED',
            'Something else is recorded of the referral with this id. Use a new id for another one.',
          );
        refuseEnded(journey, day);
        if (barrier !== undefined && !journey.barriers[barrier]) {
          refuse('UNKNOWN_BARRIER', 'The journey has no barrier with this id.', 'missing');
        }
        // A reason to make it without consent stands in for that.
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
      saying(at(journey, made.referral, 'made'), 'ReferralMade', made.referral, made),
    ReferralAccepted: (journey, step) => onwards(journey, 'accepted', step),
    ReferralDeclined: (journey, step) => onwards(journey, 'declined', step),
    SupportStarted: (journey, step) => onwards(journey, 'started', step),
    SupportFinished: (journey, step) => onwards(journey, 'finished', step),
    ReferralWithdrawn: (journey, step) => onwards(journey, 'withdrawn', step),
  },
  personal: {
    ReferralMade: ['overrideReason'],
    ReferralDeclined: ['reason'],
    SupportFinished: ['outcome'],
    ReferralWithdrawn: ['reason'],
  },
});

const at = (journey: Journey, referral: string, step: SupportStep): Journey => ({
  ...journey,
  support: { ...journey.support, [referral]: step },
});

/** As of a day, a step may be about a day before the one on which the referral is said to have been made. */
const onwards = (journey: Journey, to: SupportStep, step: Step): Journey =>
  journey.support[step.referral]
    ? saying(at(journey, step.referral, to), 'step', step.referral, step)
    : journey;

/** True where the step can be taken; false where it has been, just so; a refusal where it cannot be. */
function isNew(journey: Journey, to: keyof typeof reachedFrom, step: Step): boolean {
  const now =
    journey.support[step.referral] ??
    refuse('UNKNOWN_REFERRAL', 'The journey has no referral with this id.', 'missing');
  if (now === to) {
    if (isSaid(journey, 'step', step.referral, step)) return false;
    refuse(
      'REFERRAL_STEP_ALREADY_RECORDED',
      `The referral is ${now} already, with another day or other words. Make a new referral for another one.`,
    );
  }
  if (!reachedFrom[to].includes(now))
    refuse('REFERRAL_ELSEWHERE', `The referral is ${now}; it cannot be ${to} now.`);
  return true;
}

import { type Day, IsDay, IsId, IsText, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
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
    MakeReferral: on(MakeReferral, ({ referral, service, barrier, overrideReason, on: day }, journey) => {
      if (journey.support[referral]) return [];
      refuseEnded(journey, day);
      if (barrier !== undefined && !journey.barriers[barrier]) {
        refuse('UNKNOWN_BARRIER', 'The journey has no barrier with this id.', 'missing');
      }
      if (journey.consentOn === undefined && overrideReason === undefined) {
        refuse('CONSENT_MISSING', 'A referral needs consent, or the reason why it is made without.');
      }
      return [
        event('ReferralMade', day, {
          referral,
          service,
          on: day,
          ...(barrier === undefined ? {} : { barrier }),
          ...(overrideReason === undefined ? {} : { overrideReason }),
        }),
      ];
    }),
    AcceptReferral: on(AcceptReferral, ({ referral, on: day }, journey) =>
      reaches(journey, referral, 'accepted') ? [event('ReferralAccepted', day, { referral, on: day })] : [],
    ),
    DeclineReferral: on(DeclineReferral, ({ referral, reason, on: day }, journey) =>
      reaches(journey, referral, 'declined')
        ? [event('ReferralDeclined', day, { referral, reason, on: day })]
        : [],
    ),
    StartSupport: on(StartSupport, ({ referral, on: day }, journey) =>
      reaches(journey, referral, 'started') ? [event('SupportStarted', day, { referral, on: day })] : [],
    ),
    FinishSupport: on(FinishSupport, ({ referral, outcome, on: day }, journey) =>
      reaches(journey, referral, 'finished')
        ? [event('SupportFinished', day, { referral, outcome, on: day })]
        : [],
    ),
    WithdrawReferral: on(WithdrawReferral, ({ referral, reason, on: day }, journey) =>
      reaches(journey, referral, 'withdrawn')
        ? [event('ReferralWithdrawn', day, { referral, reason, on: day })]
        : [],
    ),
  },
  evolve: {
    ReferralMade: (journey, { referral }) => at(journey, referral, 'made'),
    ReferralAccepted: (journey, { referral }) => onwards(journey, referral, 'accepted'),
    ReferralDeclined: (journey, { referral }) => onwards(journey, referral, 'declined'),
    SupportStarted: (journey, { referral }) => onwards(journey, referral, 'started'),
    SupportFinished: (journey, { referral }) => onwards(journey, referral, 'finished'),
    ReferralWithdrawn: (journey, { referral }) => onwards(journey, referral, 'withdrawn'),
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
const onwards = (journey: Journey, referral: string, step: SupportStep): Journey =>
  journey.support[referral] ? at(journey, referral, step) : journey;

/** True where the step can be taken; false where it has been; a refusal where it cannot be. */
function reaches({ support: steps }: Journey, referral: string, step: keyof typeof reachedFrom): boolean {
  const now =
    steps[referral] ?? refuse('UNKNOWN_REFERRAL', 'The journey has no referral with this id.', 'missing');
  if (now === step) return false;
  if (!reachedFrom[step].includes(now))
    refuse('REFERRAL_ELSEWHERE', `The referral is ${now}; it cannot be ${step} now.`);
  return true;
}

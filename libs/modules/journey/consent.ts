import { type Day, IsDay, IsOneOf, IsText, Optional } from '@waymark/core/fields';
import { own, all, event, refuse, slices } from '@waymark/core/kernel';
import { given } from '@waymark/modules/shared/said';
import { mentorOf, refuseEnded } from './ending';
import { type Consent, consentGivers, endedOn, type Journey } from './state';

export interface ConsentEvents {
  /** A parent or carer (or a pupil who may) agreed to the mentoring. */
  ConsentGiven: { readonly by?: (typeof consentGivers)[number]; readonly on: Day };
  /** Consent was taken back: mentoring stops. */
  ConsentWithdrawn: { readonly on: Day; readonly reason?: string; readonly mentor?: string };
}

/** Record that a parent or carer agrees to mentoring; at any time from referral on. */
export class GiveConsent {
  @IsDay('2025-10-13') on!: string;
  @Optional() @IsOneOf(consentGivers) by?: (typeof consentGivers)[number];
}

/** Record that consent was taken back, whoever gave it; an earlier day than the one recorded puts that right. */
export class WithdrawConsent {
  @IsDay('2025-12-01') on!: string;
  @Optional() @IsText('The family prefers other support.', 2000) reason?: string;
}

const { on, slice } = slices<Journey>();

export const consent = slice<ConsentEvents>({
  decide: {
    GiveConsent: on(
      GiveConsent,
      ({ on: day, by }, journey) => {
        const { consents } = journey;
        const ofGiver = consents.filter((each) => each.by === by);
        // Files tell of a consent again after it was withdrawn: the same day and giver say nothing new.
        if (ofGiver.some(({ from }) => from === day)) return [];
        refuseEnded(journey, day);
        if (ofGiver.some((each) => goesOnAfter(each, day)))
          refuse(
            'CONSENT_ALREADY_GIVEN',
            'This giver’s consent covers that day already. Withdraw it first, or leave it as it is.',
          );
        if (consents.some(({ until }) => until !== undefined && day <= until))
          refuse(
            'CONSENT_WITHDRAWN',
            'Consent was withdrawn on that day or later. Record a consent of a later day.',
          );
        return [event('ConsentGiven', day, given({ on: day, by }))];
      },
      { by: own('mentor', 'school-lead', 'area-manager', 'programme-administrator') },
    ),
    WithdrawConsent: on(
      WithdrawConsent,
      ({ on: day, reason }, journey) => {
        const { consents } = journey;
        if (consents.some((each) => each.until === day && each.reason === reason)) return [];
        if (!consents.some((each) => goesOnAfter(each, day)))
          refuse('CONSENT_NOT_GIVEN', 'There is no consent to withdraw on that day. Check the day.');
        if (standing(journey).some(({ from }) => from > day))
          refuse(
            'CONSENT_GIVEN_SINCE',
            'Consent was given after that day. Withdraw it on the day of that or later.',
          );
        return [event('ConsentWithdrawn', day, given({ on: day, reason, ...mentorOf(journey) }))];
      },
      {
        by: {
          ...own('mentor', 'school-lead', 'area-manager', 'programme-administrator'),
          ...all('data-protection-officer'),
        },
        though: 'restricted',
      },
    ),
  },
  evolve: {
    ConsentGiven: (journey, { on: from, by }) => ({
      ...journey,
      consents: [...journey.consents, given({ from, by })],
    }),
    ConsentWithdrawn: ({ mentor: _freed, ...journey }, { on: day, reason }) => ({
      ...journey,
      consents: journey.consents.map((each) =>
        // An older log may hold a withdrawal of a day before the consent. That consent covers no day.
        each.until === undefined || goesOnAfter(each, day)
          ? given({ from: each.from, by: each.by, until: day, reason })
          : each,
      ),
      allocations: endedOn(day, journey.allocations),
    }),
  },
  personal: { ConsentWithdrawn: ['reason'] },
});

/**
 * Refuse what needs consent on a day that no consent covers. The day of a withdrawal is covered still: a session may have been
 * held in the morning and consent withdrawn in the afternoon, and a day is all that is known.
 */
export function requireConsentOn({ consents }: Journey, day: Day): void {
  if (!consents.some(({ from, until }) => from <= day && (until === undefined || day <= until)))
    refuse('CONSENT_MISSING', 'There is no consent for that day. Record it first.');
}

/** The first day of the consents that stand; undefined where none does. */
export const consentedSince = (journey: Journey): Day | undefined =>
  standing(journey)
    .map(({ from }) => from)
    .sort()[0];

const standing = ({ consents }: Journey): Consent[] => consents.filter(({ until }) => until === undefined);

/** Whether a consent had been given by a day, and was not withdrawn up to that day. */
const goesOnAfter = ({ from, until }: Consent, day: Day): boolean =>
  from <= day && (until === undefined || day < until);

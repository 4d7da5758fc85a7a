import { type Day, holdsOn, IsDay, IsOneOf, IsLongText, Optional } from '@waymark/core/fields';
import { all, event, refuse, slices } from '@waymark/core/kernel';
import { given } from '@waymark/modules/shared/repeats';
import { caseworkers, importing } from '@waymark/modules/shared/rights';
import { mentorOf, refuseEnded } from './ending';
import { type Consent, consentGivers, endedOn, type Journey } from './state';

export interface ConsentEvents {
  /** A parent, carer or entitled pupil consented to mentoring. */
  ConsentGiven: { readonly by?: (typeof consentGivers)[number]; readonly on: Day };
  /** Consent was withdrawn, and mentoring stops. */
  ConsentWithdrawn: { readonly on: Day; readonly reason?: string; readonly mentor?: string };
}

/** Record consent to mentoring. It can be given at any time after the referral. */
export class GiveConsent {
  @IsDay('2025-10-13') on!: string;
  @Optional() @IsOneOf(consentGivers) by?: (typeof consentGivers)[number];
}

/** Withdraw all consent from a day on. An earlier day than the recorded one corrects the withdrawal. */
export class WithdrawConsent {
  @IsDay('2025-12-01') on!: string;
  @Optional() @IsLongText('The family prefers other support.') reason?: string;
}

const { on, slice } = slices<Journey>();

export const consent = slice<ConsentEvents>({
  decide: {
    GiveConsent: on(
      GiveConsent,
      ({ on: day, by }, journey) => {
        const { consents } = journey;
        const ofGiver = consents.filter((each) => each.by === by);
        // Files repeat a consent even after its withdrawal. The same day and giver add nothing.
        if (ofGiver.some(({ from }) => from === day)) return [];
        refuseEnded(journey, day);
        if (ofGiver.some((each) => lastsBeyond(each, day)))
          refuse(
            'CONSENT_ALREADY_GIVEN',
            'A consent of this giver already covers that day. Keep it, or withdraw it first.',
          );
        if (consents.some(({ until }) => until !== undefined && day <= until))
          refuse(
            'CONSENT_WITHDRAWN',
            'Consent was withdrawn on that day or later. Record a consent from a later day.',
          );
        return [event('ConsentGiven', day, given({ on: day, by }))];
      },
      { by: { ...caseworkers, ...importing } },
    ),
    WithdrawConsent: on(
      WithdrawConsent,
      ({ on: day, reason }, journey) => {
        const { consents } = journey;
        if (consents.some((each) => each.until === day && each.reason === reason)) return [];
        if (!consents.some((each) => lastsBeyond(each, day)))
          refuse('CONSENT_NOT_GIVEN', 'No consent covers that day. Check the day.');
        if (openConsents(journey).some(({ from }) => from > day))
          refuse(
            'CONSENT_GIVEN_SINCE',
            'A consent was given after that day. Withdraw consent from the day of that consent or later.',
          );
        return [event('ConsentWithdrawn', day, given({ on: day, reason, ...mentorOf(journey) }))];
      },
      {
        by: { ...caseworkers, ...all('data-protection-officer') },
        despite: 'restriction',
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
        // An older log may contain a withdrawal before the consent. That consent then covers no day.
        each.until === undefined || lastsBeyond(each, day)
          ? given({ from: each.from, by: each.by, until: day, reason })
          : each,
      ),
      allocations: endedOn(day, journey.allocations),
    }),
  },
  personal: { ConsentWithdrawn: ['reason'] },
});

/**
 * Refuse what needs consent on a day that no consent covers. The day of a withdrawal is still covered: only days are
 * known, and a session may have been held in the morning before consent was withdrawn in the afternoon.
 */
export function requireConsentOn({ consents }: Journey, day: Day): void {
  if (!consents.some((consent) => holdsOn(day, consent)))
    refuse('CONSENT_MISSING', 'No consent covers that day. Record the consent first.');
}

/** The first day of the consents that are not withdrawn; undefined if there are none. */
export const consentedSince = (journey: Journey): Day | undefined =>
  openConsents(journey)
    .map(({ from }) => from)
    .sort()[0];

const openConsents = ({ consents }: Journey): Consent[] =>
  consents.filter(({ until }) => until === undefined);

/** Whether a consent was given on or before a day, and not withdrawn on or before it. */
const lastsBeyond = ({ from, until }: Consent, day: Day): boolean =>
  from <= day && (until === undefined || day < until);

import { type Day, IsDay, IsOneOf, IsText, Optional } from '@waymark/core/fields';
import { event, slices } from '@waymark/core/kernel';
import { refuseEnded } from './ending';
import type { Journey } from './state';

export const consentGivers = ['PARENT', 'CARER', 'PUPIL'] as const;

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

/** Record that consent was taken back. */
export class WithdrawConsent {
  @IsDay('2025-12-01') on!: string;
  @Optional() @IsText('The family prefers other support.', 2000) reason?: string;
}

const { on, slice } = slices<Journey>();

export const consent = slice<ConsentEvents>({
  decide: {
    GiveConsent: on(GiveConsent, ({ on: day, by }, journey) => {
      if (journey.consentOn !== undefined) return [];
      refuseEnded(journey, day);
      return [event('ConsentGiven', day, { on: day, ...(by === undefined ? {} : { by }) })];
    }),
    WithdrawConsent: on(WithdrawConsent, ({ on: day, reason }, journey) => {
      if (journey.consentOn === undefined) return [];
      return [
        event('ConsentWithdrawn', day, {
          on: day,
          ...(reason === undefined ? {} : { reason }),
          ...(journey.mentor === undefined ? {} : { mentor: journey.mentor }),
        }),
      ];
    }),
  },
  evolve: {
    ConsentGiven: (journey, { on: consentOn }) => ({ ...journey, consentOn }),
    ConsentWithdrawn: ({ consentOn: _taken, mentor: _freed, ...journey }) => journey,
  },
  personal: { ConsentWithdrawn: ['reason'] },
});

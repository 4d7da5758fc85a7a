import { type Day, IsDay, IsId, IsText } from '@waymark/core/fields';
import { event, slices } from '@waymark/core/kernel';
import { type Pupil, refuseErased } from './state';

export interface HoldEvents {
  /** The pupil's data have to be kept, for proceedings say, and may not be erased until this is lifted. */
  LegalHoldPlaced: { readonly hold: string; readonly on: Day; readonly reason: string };
  /** The data need not be kept any longer for what they were held for. */
  LegalHoldLifted: { readonly hold: string; readonly on: Day };
}

/** Keep a pupil's data from being erased. */
export class PlaceLegalHold {
  @IsId() hold!: string;
  @IsDay('2026-01-12') on!: string;
  @IsText('The family has gone to the tribunal.', 2000) reason!: string;
}

/** Let a pupil's data be erased again, as far as this hold goes. */
export class LiftLegalHold {
  @IsId() hold!: string;
  @IsDay('2026-06-30') on!: string;
}

const { on, slice } = slices<Pupil>();

export const holds = slice<HoldEvents>({
  decide: {
    PlaceLegalHold: on(PlaceLegalHold, ({ hold, on: day, reason }, pupil) => {
      refuseErased(pupil);
      return pupil.holds.includes(hold) ? [] : [event('LegalHoldPlaced', day, { hold, on: day, reason })];
    }),
    LiftLegalHold: on(LiftLegalHold, ({ hold, on: day }, pupil) => {
      refuseErased(pupil);
      return pupil.holds.includes(hold) ? [event('LegalHoldLifted', day, { hold, on: day })] : [];
    }),
  },
  evolve: {
    LegalHoldPlaced: (pupil, { hold }) => ({ ...pupil, holds: [...pupil.holds, hold] }),
    LegalHoldLifted: (pupil, { hold }) => ({
      ...pupil,
      holds: pupil.holds.filter((standing) => standing !== hold),
    }),
  },
  personal: { LegalHoldPlaced: ['reason'] },
});

import { type Day, IsDay, IsId, IsText } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { isSaid, lastSaid, saying } from '@waymark/modules/shared/said';
import { officer } from '@waymark/modules/shared/rights';
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
    PlaceLegalHold: on(
      PlaceLegalHold,
      ({ hold, on: day, reason }, pupil) => {
        refuseErased(pupil);
        const placed = { hold, on: day, reason };
        if (!isPlaced(pupil, hold)) return [event('LegalHoldPlaced', day, placed)];
        if (pupil.holds.includes(hold) && isSaid(pupil, 'LegalHoldPlaced', hold, placed)) return [];
        return refuse(
          'LEGAL_HOLD_ALREADY_PLACED',
          'There is another legal hold with this id, or it was lifted since. Use a new id.',
        );
      },
      { by: officer },
    ),
    LiftLegalHold: on(
      LiftLegalHold,
      ({ hold, on: day }, pupil) => {
        refuseErased(pupil);
        if (!isPlaced(pupil, hold))
          refuse('UNKNOWN_LEGAL_HOLD', 'The pupil has no legal hold with this id.', 'missing');
        const lifted = { hold, on: day };
        if (pupil.holds.includes(hold)) return [event('LegalHoldLifted', day, lifted)];
        if (isSaid(pupil, 'LegalHoldLifted', hold, lifted)) return [];
        return refuse(
          'LEGAL_HOLD_ALREADY_LIFTED',
          'The legal hold was lifted already, on another day. Leave it as it is.',
        );
      },
      { by: officer },
    ),
  },
  evolve: {
    LegalHoldPlaced: (pupil, placed) =>
      saying({ ...pupil, holds: [...pupil.holds, placed.hold] }, 'LegalHoldPlaced', placed.hold, placed),
    LegalHoldLifted: (pupil, lifted) => {
      const holds = pupil.holds.filter((standing) => standing !== lifted.hold);
      return saying({ ...pupil, holds }, 'LegalHoldLifted', lifted.hold, lifted);
    },
  },
  personal: { LegalHoldPlaced: ['reason'] },
});

/** Whether there was ever a hold with this id. */
const isPlaced = (pupil: Pupil, hold: string): boolean =>
  lastSaid(pupil, 'LegalHoldPlaced', hold) !== undefined;

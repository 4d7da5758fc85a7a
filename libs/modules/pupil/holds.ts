import { type Day, IsDay, IsId, IsLongText } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { isRepeated, lastRecorded, remember } from '@waymark/modules/shared/repeats';
import { officer } from '@waymark/modules/shared/rights';
import { type Pupil, refuseErased } from './state';

export interface HoldEvents {
  /** A legal hold was placed: the pupil's data must be kept, for example for proceedings. */
  LegalHoldPlaced: { readonly hold: string; readonly on: Day; readonly reason: string };
  /** A legal hold was lifted. */
  LegalHoldLifted: { readonly hold: string; readonly on: Day };
}

/** Place a legal hold, which prevents erasure of a pupil's data. */
export class PlaceLegalHold {
  @IsId() hold!: string;
  @IsDay('2026-01-12') on!: string;
  @IsLongText('The family has gone to the tribunal.') reason!: string;
}

/** Lift a legal hold. Other holds stay in place. */
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
        if (pupil.holds.includes(hold) && isRepeated(pupil, 'LegalHoldPlaced', hold, placed)) return [];
        return refuse(
          'LEGAL_HOLD_ALREADY_PLACED',
          'A different or lifted legal hold has this id. Use a new id.',
        );
      },
      { by: officer },
    ),
    LiftLegalHold: on(
      LiftLegalHold,
      ({ hold, on: day }, pupil) => {
        refuseErased(pupil);
        if (!isPlaced(pupil, hold))
          refuse('UNKNOWN_LEGAL_HOLD', 'The pupil has no legal hold with this id. Check the id.', 'missing');
        const lifted = { hold, on: day };
        if (pupil.holds.includes(hold)) return [event('LegalHoldLifted', day, lifted)];
        if (isRepeated(pupil, 'LegalHoldLifted', hold, lifted)) return [];
        return refuse(
          'LEGAL_HOLD_ALREADY_LIFTED',
          'The legal hold was already lifted, on another day. No further change is possible.',
        );
      },
      { by: officer },
    ),
  },
  evolve: {
    LegalHoldPlaced: (pupil, placed) =>
      remember({ ...pupil, holds: [...pupil.holds, placed.hold] }, 'LegalHoldPlaced', placed.hold, placed),
    LegalHoldLifted: (pupil, lifted) => {
      const holds = pupil.holds.filter((standing) => standing !== lifted.hold);
      return remember({ ...pupil, holds }, 'LegalHoldLifted', lifted.hold, lifted);
    },
  },
  personal: { LegalHoldPlaced: ['reason'] },
});

/** Whether a hold with this id was ever placed. */
const isPlaced = (pupil: Pupil, hold: string): boolean =>
  lastRecorded(pupil, 'LegalHoldPlaced', hold) !== undefined;

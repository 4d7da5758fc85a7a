import { type Day, IsDay, IsText } from '@waymark/core/fields';
import { event, slices } from '@waymark/core/kernel';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { officer } from '@waymark/modules/shared/rights';
import { type Pupil, refuseErased } from './state';

export interface RectificationEvents {
  /** Something that the pupil, or a parent, wanted put right was found to be right as it is; what was put right has its own events. */
  RectificationRefused: { readonly on: Day; readonly reason: string };
}

/** Refuse to put something right, and say why (UK GDPR Article 16). */
export class RefuseRectification {
  @IsDay('2026-01-12') on!: string;
  @IsText('The school’s register says the same.', 2000) reason!: string;
}

const { on, slice } = slices<Pupil>();

export const rectification = slice<RectificationEvents>({
  decide: {
    RefuseRectification: on(
      RefuseRectification,
      ({ on: day, reason }, pupil) => {
        refuseErased(pupil);
        const refused = { on: day, reason };
        return isSaid(pupil, 'RectificationRefused', '', refused)
          ? []
          : [event('RectificationRefused', day, refused)];
      },
      { by: officer },
    ),
  },
  evolve: {
    RectificationRefused: (pupil, refused) => saying(pupil, 'RectificationRefused', '', refused),
  },
  personal: { RectificationRefused: ['reason'] },
});

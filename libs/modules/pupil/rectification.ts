import { type Day, IsDay, IsLongText } from '@waymark/core/fields';
import { event, slices } from '@waymark/core/kernel';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { officer } from '@waymark/modules/shared/rights';
import { type Pupil, refuseErased } from './state';

export interface RectificationEvents {
  /**
   * A request to rectify the pupil's data was refused, because the data are correct; an accepted request leads to
   * other events.
   */
  RectificationRefused: { readonly on: Day; readonly reason: string };
}

/** Refuse a request to rectify a pupil's data, with the reason (UK GDPR Article 16). */
export class RefuseRectification {
  @IsDay('2026-01-12') on!: string;
  @IsLongText('The school’s register says the same.') reason!: string;
}

const { on, slice } = slices<Pupil>();

export const rectification = slice<RectificationEvents>({
  decide: {
    RefuseRectification: on(
      RefuseRectification,
      ({ on: day, reason }, pupil) => {
        refuseErased(pupil);
        const refused = { on: day, reason };
        return isRepeated(pupil, 'RectificationRefused', '', refused)
          ? []
          : [event('RectificationRefused', day, refused)];
      },
      { by: officer },
    ),
  },
  evolve: {
    RectificationRefused: (pupil, refused) => remember(pupil, 'RectificationRefused', '', refused),
  },
  personal: { RectificationRefused: ['reason'] },
});

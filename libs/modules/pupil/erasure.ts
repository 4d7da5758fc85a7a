import { type Day, IsDay, IsOneOf, IsText } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import {
  type ErasureDecision,
  type ErasureGround,
  type ErasureOutcome,
  isToComplete,
  type RefusalGround,
  refusalGrounds,
  wasDecidedBefore,
} from '@waymark/core/privacy';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { officer } from '@waymark/modules/shared/rights';
import { notKnown, type Pupil, refuseErased } from './state';

export interface ErasureEvents {
  /** It was decided to erase the pupil's data; the key to them is destroyed next. */
  PupilErased: ErasureDecision;
  /** Nothing of the pupil can be read any more: the key is destroyed, and files that held them are gone. */
  ErasureCompleted: ErasureOutcome;
  /** Erasure was asked for and refused, on a ground that the law names. */
  ErasureRefused: { readonly ground: RefusalGround; readonly on: Day; readonly reason: string };
}

/** Erase a pupil's data: for good, and only where no legal hold stands. */
export class ErasePupil {
  ground!: ErasureGround;
  on!: Day;
}

/** Record that nothing of a pupil can be read any more. */
export class CompleteErasure {
  /** UTC, milliseconds. */
  keyDestroyedAt!: string;
  /** Of how many events the personal fields can be read no longer, or that never had any. */
  events!: number;
}

/** Refuse to erase a pupil's data, on a ground of UK GDPR Article 17(3). */
export class RefuseErasure {
  @IsOneOf(refusalGrounds) ground!: RefusalGround;
  @IsDay('2026-01-12') on!: string;
  @IsText('The record is needed in proceedings.', 2000) reason!: string;
}

const { on, slice } = slices<Pupil>();

export const erasure = slice<ErasureEvents>({
  decide: {
    ErasePupil: on(
      ErasePupil,
      ({ ground, on: day }, pupil) => {
        if (pupil.erasure) return [];
        if (pupil.holds.length > 0 && !wasDecidedBefore(ground))
          refuse('LEGAL_HOLD', 'The pupil’s data must be kept: a legal hold stands. Lift it first.');
        return [event('PupilErased', day, { ground, on: day })];
      },
      { by: 'service' },
    ),
    CompleteErasure: on(
      CompleteErasure,
      ({ keyDestroyedAt, events }, pupil, { today }) =>
        isToComplete(pupil, 'pupil') ? [event('ErasureCompleted', today, { keyDestroyedAt, events })] : [],
      { by: 'service' },
    ),
    RefuseErasure: on(
      RefuseErasure,
      ({ ground, on: day, reason }, pupil) => {
        refuseErased(pupil);
        const refused = { ground, on: day, reason };
        return isSaid(pupil, 'ErasureRefused', '', refused) ? [] : [event('ErasureRefused', day, refused)];
      },
      { by: officer },
    ),
  },
  evolve: {
    // What is personal leaves the memory with it, too; where the pupil was at school stays, for the figures.
    PupilErased: ({ schools }) => ({ ...notKnown, schools, erasure: 'begun' }),
    ErasureCompleted: (pupil) => ({ ...pupil, erasure: 'completed' }),
    ErasureRefused: (pupil, refused) => saying(pupil, 'ErasureRefused', '', refused),
  },
  personal: { ErasureRefused: ['reason'] },
});

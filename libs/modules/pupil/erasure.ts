import { type Day, IsDay, IsOneOf, IsLongText } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import {
  DecideErasure,
  decidesErasure,
  type ErasureDecision,
  type ErasureOutcome,
  RecordErasureOutcome,
  recordsOutcome,
  type RefusalGround,
  refusalGrounds,
  withoutCounts,
} from '@waymark/core/privacy';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { officer } from '@waymark/modules/shared/rights';
import { notKnown, type Pupil, refuseErased } from './state';

export interface ErasureEvents {
  /** It was decided to erase the pupil's data; the key is destroyed next. */
  PupilErased: ErasureDecision;
  /** The erasure of the pupil is complete: the key is destroyed, and files that held the pupil's data are deleted. */
  ErasureCompleted: ErasureOutcome;
  /** A request for erasure was refused, on a statutory ground. */
  ErasureRefused: { readonly ground: RefusalGround; readonly on: Day; readonly reason: string };
}

/** Erase a pupil's data permanently. Refused while there is a legal hold. */
export class ErasePupil extends DecideErasure {}

/** Record that a pupil's erasure is complete. */
export class CompleteErasure extends RecordErasureOutcome {}

/** Refuse a request for erasure, on a ground of UK GDPR Article 17(3). */
export class RefuseErasure {
  @IsOneOf(refusalGrounds) ground!: RefusalGround;
  @IsDay('2026-01-12') on!: string;
  @IsLongText('The record is needed in proceedings.') reason!: string;
}

const { on, slice } = slices<Pupil>();

export const erasure = slice<ErasureEvents>({
  decide: {
    ErasePupil: on(ErasePupil, decidesErasure('PupilErased', requireNoHold), { by: 'service' }),
    CompleteErasure: on(CompleteErasure, recordsOutcome('ErasureCompleted', 'pupil'), { by: 'service' }),
    RefuseErasure: on(
      RefuseErasure,
      ({ ground, on: day, reason }, pupil) => {
        refuseErased(pupil);
        const refused = { ground, on: day, reason };
        return isRepeated(pupil, 'ErasureRefused', '', refused)
          ? []
          : [event('ErasureRefused', day, refused)];
      },
      { by: officer },
    ),
  },
  evolve: {
    // Personal data are removed from the state in memory too. The schools stay, because figures need them.
    PupilErased: ({ schools }) => ({ ...notKnown, schools, erasure: 'begun' }),
    ErasureCompleted: (pupil) => ({ ...pupil, erasure: 'completed' }),
    ErasureRefused: (pupil, refused) => remember(pupil, 'ErasureRefused', '', refused),
  },
  personal: { ErasureRefused: ['reason'] },
  upcast: { ErasureCompleted: [withoutCounts] },
});

function requireNoHold({ holds }: Pupil): void {
  if (holds.length > 0)
    refuse('LEGAL_HOLD', 'A legal hold requires that the pupil’s data are kept. Lift it first.');
}

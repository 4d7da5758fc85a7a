import { type Day, IsDay, IsOneOf, IsLongText, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { given, isRepeated, remember } from '@waymark/modules/shared/repeats';
import { officer } from '@waymark/modules/shared/rights';
import { type Pupil, refuseErased } from './state';

/** Grounds for a processing restriction: UK GDPR Article 18(1). */
export const restrictionGrounds = [
  'ACCURACY_CONTESTED',
  'UNLAWFULLY_PROCESSED',
  'NEEDED_FOR_LEGAL_CLAIMS',
  'OBJECTION_PENDING',
] as const;

export interface RestrictionEvents {
  /** A processing restriction was placed: the pupil's data are kept but not used until it is lifted. */
  ProcessingRestricted: {
    readonly ground: (typeof restrictionGrounds)[number];
    readonly on: Day;
    readonly reason?: string;
  };
  /** The processing restriction was lifted; the pupil's data may be used again. */
  RestrictionLifted: { readonly on: Day; readonly reason?: string };
}

/**
 * Restrict the processing of a pupil's data: nothing more is recorded about the pupil, and no export contains the
 * data.
 */
export class RestrictProcessing {
  @IsOneOf(restrictionGrounds) ground!: (typeof restrictionGrounds)[number];
  @IsDay('2026-01-12') on!: string;
  @Optional() @IsLongText('The family says that the absences are wrong.') reason?: string;
}

/** Lift a processing restriction. */
export class LiftRestriction {
  @IsDay('2026-01-26') on!: string;
  @Optional() @IsLongText('The register was put right.') reason?: string;
}

const { on, slice } = slices<Pupil>();

export const restriction = slice<RestrictionEvents>({
  decide: {
    RestrictProcessing: on(
      RestrictProcessing,
      ({ ground, on: day, reason }, pupil) => {
        refuseErased(pupil);
        const restricted = given({ ground, on: day, reason });
        if (!pupil.restricted) return [event('ProcessingRestricted', day, restricted)];
        if (isRepeated(pupil, 'ProcessingRestricted', '', restricted)) return [];
        return refuse(
          'ALREADY_RESTRICTED',
          'There is already a processing restriction with another day, ground or reason. Lift it first.',
        );
      },
      { by: officer },
    ),
    LiftRestriction: on(
      LiftRestriction,
      ({ on: day, reason }, pupil) => {
        refuseErased(pupil);
        const lifted = given({ on: day, reason });
        if (pupil.restricted) return [event('RestrictionLifted', day, lifted)];
        if (isRepeated(pupil, 'RestrictionLifted', '', lifted)) return [];
        return refuse(
          'NOT_RESTRICTED',
          'The pupil’s data are not under a processing restriction. No change is needed.',
        );
      },
      { by: officer },
    ),
  },
  evolve: {
    ProcessingRestricted: (pupil, restricted) =>
      remember({ ...pupil, restricted: true }, 'ProcessingRestricted', '', restricted),
    RestrictionLifted: (pupil, lifted) =>
      remember({ ...pupil, restricted: false }, 'RestrictionLifted', '', lifted),
  },
  personal: { ProcessingRestricted: ['reason'], RestrictionLifted: ['reason'] },
});

import { type Day, IsDay, IsOneOf, IsText, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { given, isSaid, saying } from '@waymark/modules/shared/said';
import { officer } from '@waymark/modules/shared/rights';
import { type Pupil, refuseErased } from './state';

/** Why the use of data may be restricted: UK GDPR Article 18(1). */
export const restrictionGrounds = [
  'ACCURACY_CONTESTED',
  'UNLAWFULLY_PROCESSED',
  'NEEDED_FOR_LEGAL_CLAIMS',
  'OBJECTION_PENDING',
] as const;

export interface RestrictionEvents {
  /** The pupil's data are kept, and not used, until this is lifted. */
  ProcessingRestricted: {
    readonly ground: (typeof restrictionGrounds)[number];
    readonly on: Day;
    readonly reason?: string;
  };
  /** The pupil's data may be used again. */
  RestrictionLifted: { readonly on: Day; readonly reason?: string };
}

/** Restrict the use of a pupil's data: nothing is recorded of them, and no export holds them. */
export class RestrictProcessing {
  @IsOneOf(restrictionGrounds) ground!: (typeof restrictionGrounds)[number];
  @IsDay('2026-01-12') on!: string;
  @Optional() @IsText('The family says that the absences are wrong.', 2000) reason?: string;
}

/** Let a pupil's data be used again. */
export class LiftRestriction {
  @IsDay('2026-01-26') on!: string;
  @Optional() @IsText('The register was put right.', 2000) reason?: string;
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
        if (isSaid(pupil, 'ProcessingRestricted', '', restricted)) return [];
        return refuse(
          'ALREADY_RESTRICTED',
          'The pupil’s data are restricted already, with another day or ground. Lift that restriction first.',
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
        if (isSaid(pupil, 'RestrictionLifted', '', lifted)) return [];
        return refuse('NOT_RESTRICTED', 'The pupil’s data are not restricted. There is nothing to lift.');
      },
      { by: officer },
    ),
  },
  evolve: {
    ProcessingRestricted: (pupil, restricted) =>
      saying({ ...pupil, restricted: true }, 'ProcessingRestricted', '', restricted),
    RestrictionLifted: (pupil, lifted) =>
      saying({ ...pupil, restricted: false }, 'RestrictionLifted', '', lifted),
  },
  personal: { ProcessingRestricted: ['reason'], RestrictionLifted: ['reason'] },
});

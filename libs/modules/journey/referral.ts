import { importing, school } from '@waymark/modules/shared/rights';
import { journeyClaim, scopesOfJourney } from './facts';
import {
  type Day,
  IsCode,
  IsDay,
  IsFlag,
  IsId,
  IsOneOf,
  IsUrn,
  IsWhole,
  Optional,
} from '@waymark/core/fields';
import { type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { DeliveryModel, ProgrammeFacts } from '@waymark/modules/programme/facts';
import { type PupilFacts, scopesForIntakeOn } from '@waymark/modules/pupil/facts';
import { type SchoolFacts, scopeOfSchool } from '@waymark/modules/school/facts';
import { given, isRepeated, remember } from '@waymark/modules/shared/repeats';
import type { Journey } from './state';

export const senProvisions = ['N', 'K', 'E'] as const;

/** Characteristics of the pupil at referral, for reports by group. */
export interface ReferralProfile {
  readonly yearGroup: number;
  readonly freeSchoolMeals?: boolean;
  /** N: none. K: special educational needs support. E: education, health and care plan. */
  readonly sen?: (typeof senProvisions)[number];
  /** English as an additional language. */
  readonly eal?: boolean;
}

export interface ReferralEvents {
  /** A school referred a pupil to a programme. The journey keeps the delivery model of that time. */
  PupilReferred: ReferralProfile & {
    readonly pupil: string;
    readonly programme: string;
    readonly school: string;
    readonly on: Day;
    readonly model: DeliveryModel;
  };
}

/** Refer a pupil to a programme. This starts the journey. */
export class ReferPupil {
  @IsId('0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10') pupil!: string;
  @IsCode('ampe-2025-11') programme!: string;
  @IsUrn() school!: string;
  @IsDay('2025-09-19') on!: string;
  @IsWhole(1, 14, 8) yearGroup!: number;
  @Optional() @IsFlag() freeSchoolMeals?: boolean;
  @Optional() @IsOneOf(senProvisions) sen?: (typeof senProvisions)[number];
  @Optional() @IsFlag(false) eal?: boolean;
}

const { on, slice } = slices<Journey>();

interface Facts {
  readonly pupil: PupilFacts;
  readonly programme: ProgrammeFacts;
  readonly school: SchoolFacts;
}

export const referral = slice<ReferralEvents>({
  decide: {
    ReferPupil: on(
      ReferPupil,
      (command, journey, { facts }: Context<Facts>) => {
        const { pupil, programme, school, on: day, yearGroup, freeSchoolMeals, sen, eal } = command;
        const referred = given({ pupil, programme, school, on: day, yearGroup, freeSchoolMeals, sen, eal });
        if (journey.pupil !== undefined) {
          return isRepeated(journey, 'PupilReferred', '', referred)
            ? []
            : refuse(
                'ALREADY_REFERRED',
                'A different referral started this journey. Use that journey, or a new id.',
              );
        }
        if (facts.pupil.schoolOn(day) !== school) {
          refuse(
            'SCHOOL_MISMATCH',
            'The pupil is at another school on that day. Check the school and the day.',
            'invalid',
          );
        }
        return [event('PupilReferred', day, { ...referred, model: facts.programme.deliveryModel })];
      },
      {
        by: { ...school, ...importing },
        creates: true,
        // A programme refers pupils of the schools that have joined it; a school refers its own pupils. Roles over the
        // programme then reach the pupil, who may have moved since the day of the referral.
        places: async ({ pupil, programme, school, on }, { id, state }, look) => [
          ...(state.pupil === undefined ? [] : [await scopesOfJourney(id, look)]),
          [{ programme, ...(await scopeOfSchool(school, look)) }],
          await scopesForIntakeOn(on, pupil, look),
          await scopesForIntakeOn(look.today(), pupil, look),
        ],
        needs: {
          pupil: ['pupil', ({ pupil }) => pupil],
          programme: ['programme', ({ programme }) => programme],
          school: ['school', ({ school }) => school],
        },
        claims: ({ pupil, programme }) => [
          {
            ...journeyClaim(programme, pupil),
            taken: {
              code: 'ALREADY_REFERRED',
              message: 'The pupil already has a journey in this programme. Use that journey.',
            },
          },
        ],
      },
    ),
  },
  evolve: {
    PupilReferred: (journey, { model, ...referred }) => {
      const { pupil, programme, school, on: referredOn } = referred;
      const begun = { ...journey, pupil, programme, school, referredOn, model };
      return remember(begun, 'PupilReferred', '', referred);
    },
  },
});

import { IsDay, IsId, IsOneOf } from '@waymark/core/fields';
import { own, type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import { placesOfJourney } from '@waymark/modules/pupil/facts';
import type { ProgrammeFacts } from '@waymark/modules/programme/facts';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { importing } from '@waymark/modules/shared/rights';
import { refuseErased } from './erasure';
import { scopesOfMentor } from './facts';
import type { Mentor } from './state';

export interface CaseloadEvents {
  /** A place in the mentor's caseload was reserved for a pupil; the journey confirms it next. */
  PlaceTaken: { journey: string; on: string };
  /**
   * A place was released: the journey ended, moved to another mentor, lost its consent, or did not confirm the place.
   */
  PlaceReleased: { journey: string; reason: ReleaseReason };
}

export const releaseReasons = ['ENDED', 'TRANSFERRED', 'CONSENT_WITHDRAWN', 'NOT_CONFIRMED'] as const;
export type ReleaseReason = (typeof releaseReasons)[number];

/** Allocate a pupil to this mentor. If the pupil has another mentor, that mentor's place is then released. */
export class AllocatePupil {
  @IsId() journey!: string;
  @IsDay('2025-10-27') on!: string;
}

/** Release a place. */
export class ReleasePlace {
  @IsId() journey!: string;
  @IsOneOf(releaseReasons) reason!: ReleaseReason;
}

const { on, slice } = slices<Mentor>();

export const caseload = slice<CaseloadEvents>({
  decide: {
    AllocatePupil: on(
      AllocatePupil,
      ({ journey: id, on: day }, mentor, { facts: { journey, programme } }: Context<Facts>) => {
        refuseErased(mentor);
        const taken = { journey: id, on: day };
        if (mentor.caseload.includes(id)) {
          if (isRepeated(mentor, 'PlaceTaken', id, taken)) return [];
          refuse(
            'PUPIL_ALREADY_ALLOCATED',
            'The pupil already has a place with this mentor, from another day. Keep that allocation.',
          );
        }
        if (journey.programme !== mentor.appointment?.programme) {
          refuse(
            'OTHER_PROGRAMME',
            'The journey and the mentor belong to different programmes. Choose another mentor.',
          );
        }
        if (journey.ended)
          refuse('JOURNEY_ENDED', 'The journey has ended. Reopen it before you add anything.');
        if (!journey.eligible)
          refuse(
            'NOT_ELIGIBLE',
            'The pupil is not eligible by any assessment so far. Assess eligibility first.',
          );
        if (journey.consentedSince === undefined || day < journey.consentedSince)
          refuse('CONSENT_MISSING', 'No consent covers that day. Record the consent first.');
        if (mentor.caseload.length >= programme.caseloadCap) {
          refuse('CASELOAD_FULL', 'The caseload is full. Choose another mentor.');
        }
        return [event('PlaceTaken', day, taken)];
      },
      {
        by: { ...own('area-manager', 'programme-administrator'), ...importing },
        // Roles over the mentor then reach the journey and the pupil.
        places: async ({ journey }, { id }, look) => [
          await scopesOfMentor(id, look),
          ...(await placesOfJourney(journey, look)),
        ],
        needs: {
          journey: ['journey', ({ journey }) => journey],
          programme: ['programme', (_, mentor) => mentor.appointment?.programme ?? ''],
        },
      },
    ),
    ReleasePlace: on(
      ReleasePlace,
      ({ journey, reason }, mentor, { today }) => {
        const released = { journey, reason };
        if (mentor.caseload.includes(journey)) return [event('PlaceReleased', today, released)];
        if (isRepeated(mentor, 'PlaceReleased', journey, released)) return [];
        return refuse('PLACE_NOT_TAKEN', 'The mentor has no place for this journey. Check the journey.');
      },
      { by: 'service' },
    ),
  },
  evolve: {
    PlaceTaken: (mentor, taken) => {
      const caseload = [...mentor.caseload, taken.journey];
      const journeys = [...new Set([...mentor.journeys, taken.journey])];
      return remember({ ...mentor, caseload, journeys }, 'PlaceTaken', taken.journey, taken);
    },
    PlaceReleased: (mentor, released) => {
      const caseload = mentor.caseload.filter((held) => held !== released.journey);
      return remember({ ...mentor, caseload }, 'PlaceReleased', released.journey, released);
    },
  },
});

interface Facts {
  readonly journey: JourneyFacts;
  readonly programme: ProgrammeFacts;
}

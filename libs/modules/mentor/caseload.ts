import { IsDay, IsId, IsOneOf } from '@waymark/core/fields';
import { own, type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { ProgrammeFacts } from '@waymark/modules/programme/facts';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { refuseErased } from './erasure';
import type { Mentor } from './state';

export interface CaseloadEvents {
  /** A place in the mentor's caseload was taken for a pupil; the journey confirms it. */
  PlaceTaken: { journey: string; on: string };
  /** A place became free: the journey ended, went to another mentor, or never could begin. */
  PlaceReleased: { journey: string; reason: ReleaseReason };
}

export const releaseReasons = ['ENDED', 'TRANSFERRED', 'CONSENT_WITHDRAWN', 'NOT_CONFIRMED'] as const;
export type ReleaseReason = (typeof releaseReasons)[number];

/** Allocate a pupil to this mentor; from another mentor too, whose place then becomes free. */
export class AllocatePupil {
  @IsId() journey!: string;
  @IsDay('2025-10-27') on!: string;
}

/** Free a place. */
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
          if (isSaid(mentor, 'PlaceTaken', id, taken)) return [];
          refuse(
            'PUPIL_ALREADY_ALLOCATED',
            'The pupil has a place with this mentor already, since another day. Leave it as it is.',
          );
        }
        if (journey.programme !== mentor.appointment?.programme) {
          refuse('OTHER_PROGRAMME', 'The journey belongs to another programme than the mentor.');
        }
        if (journey.ended) refuse('JOURNEY_ENDED', 'The journey has ended; nothing can be added to it.');
        if (!journey.eligible)
          refuse('NOT_ELIGIBLE', 'The pupil has not been found eligible. Assess eligibility first.');
        if (journey.consentedSince === undefined || day < journey.consentedSince)
          refuse('CONSENT_MISSING', 'There is no consent for that day. Record it first.');
        if (mentor.caseload.length >= programme.caseloadCap) {
          refuse(
            'CASELOAD_FULL',
            'The mentor has as many pupils as the programme allows. Choose another mentor.',
          );
        }
        return [event('PlaceTaken', day, taken)];
      },
      {
        by: own('area-manager', 'programme-administrator'),
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
        if (isSaid(mentor, 'PlaceReleased', journey, released)) return [];
        return refuse('PLACE_NOT_TAKEN', 'The mentor holds no place for this journey.');
      },
      { by: 'service' },
    ),
  },
  evolve: {
    PlaceTaken: (mentor, taken) => {
      const caseload = [...mentor.caseload, taken.journey];
      return saying({ ...mentor, caseload }, 'PlaceTaken', taken.journey, taken);
    },
    PlaceReleased: (mentor, released) => {
      const caseload = mentor.caseload.filter((held) => held !== released.journey);
      return saying({ ...mentor, caseload }, 'PlaceReleased', released.journey, released);
    },
  },
});

interface Facts {
  readonly journey: JourneyFacts;
  readonly programme: ProgrammeFacts;
}

import { type Day, IsCode, IsDay } from '@waymark/core/fields';
import { type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { consentedSince, requireConsentOn } from './consent';
import { refuseEnded } from './ending';
import { endedOn, type Journey } from './state';

export interface AllocationEvents {
  /** A mentor was given to the pupil, and holds a place for them. */
  MentorAllocated: { readonly mentor: string; readonly previous?: string; readonly on: Day };
}

/** Confirm the place that a mentor holds for this pupil. */
export class ConfirmAllocation {
  @IsCode('M-890-1') mentor!: string;
  @IsDay('2025-10-27') on!: string;
}

const { on, slice } = slices<Journey>();

export const allocation = slice<AllocationEvents>({
  decide: {
    ConfirmAllocation: on(
      ConfirmAllocation,
      ({ mentor, on: day }, journey, _context: Context<{ mentorFacts: MentorFacts }>) => {
        if (journey.mentor === mentor) {
          if (isSaid(journey, 'MentorAllocated', '', { mentor, on: day })) return [];
          refuse(
            'MENTOR_ALREADY_ALLOCATED',
            'The pupil has this mentor already, since another day. Leave it as it is.',
          );
        }
        refuseEnded(journey);
        requireConsentOn(journey, day);
        if (consentedSince(journey) === undefined)
          refuse('CONSENT_MISSING', 'Consent was withdrawn. Record a new one first.');
        const previous = journey.mentor;
        return [
          event('MentorAllocated', day, { mentor, on: day, ...(previous === undefined ? {} : { previous }) }),
        ];
      },
      { by: 'service', needs: { mentorFacts: ['mentor', ({ mentor }) => mentor] } },
    ),
  },
  evolve: {
    MentorAllocated: (journey, { mentor, on: from }) =>
      saying(
        { ...journey, mentor, allocations: [...endedOn(from, journey.allocations), { mentor, from }] },
        'MentorAllocated',
        '',
        { mentor, on: from },
      ),
  },
});

/** Refuse what needs a mentor where the pupil has none at present, and had none on that day. */
export function requireMentorOn({ mentor, allocations }: Journey, day: Day): void {
  const had = allocations.some(({ from, until }) => from <= day && (until === undefined || day <= until));
  if (mentor === undefined && !had)
    refuse('MENTOR_NOT_ALLOCATED', 'The pupil has no mentor, and had none on that day. Allocate one first.');
}

import { type Day, holdsOn, IsCode, IsDay } from '@waymark/core/fields';
import { type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { given, isRepeated, remember } from '@waymark/modules/shared/repeats';
import { consentedSince, requireConsentOn } from './consent';
import { refuseEnded } from './ending';
import { endedOn, type Journey } from './state';

export interface AllocationEvents {
  /** A mentor was allocated to the pupil, after the mentor's stream had reserved a place. */
  MentorAllocated: { readonly mentor: string; readonly previous?: string; readonly on: Day };
}

/** Confirm the place that a mentor's stream has reserved for the pupil. */
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
          if (isRepeated(journey, 'MentorAllocated', '', { mentor, on: day })) return [];
          refuse(
            'MENTOR_ALREADY_ALLOCATED',
            'The pupil already has this mentor, from another day. Keep that allocation.',
          );
        }
        refuseEnded(journey);
        requireConsentOn(journey, day);
        if (consentedSince(journey) === undefined)
          refuse('CONSENT_MISSING', 'Consent was withdrawn. Record a new consent first.');
        return [event('MentorAllocated', day, given({ mentor, on: day, previous: journey.mentor }))];
      },
      { by: 'service', needs: { mentorFacts: ['mentor', ({ mentor }) => mentor] } },
    ),
  },
  evolve: {
    MentorAllocated: (journey, { mentor, on: from }) =>
      remember(
        { ...journey, mentor, allocations: [...endedOn(from, journey.allocations), { mentor, from }] },
        'MentorAllocated',
        '',
        { mentor, on: from },
      ),
  },
});

/** The mentors allocated on a day; the current mentor for a day on which there was none. */
export function mentorsOn({ mentor, allocations }: Journey, day: Day): readonly string[] {
  const had = allocations.filter((allocation) => holdsOn(day, allocation)).map((each) => each.mentor);
  return had.length > 0 || mentor === undefined ? [...new Set(had)] : [mentor];
}

/** Refuse what needs a mentor if the pupil has no mentor now and had none on that day. */
export function requireMentorOn(journey: Journey, day: Day): void {
  if (mentorsOn(journey, day).length === 0)
    refuse(
      'MENTOR_NOT_ALLOCATED',
      'The pupil has no mentor now and had none on that day. Allocate a mentor first.',
    );
}

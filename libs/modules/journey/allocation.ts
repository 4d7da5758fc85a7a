import { type Day, IsCode, IsDay } from '@waymark/core/fields';
import { type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { refuseEnded } from './ending';
import type { Journey } from './state';

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
        if (journey.mentor === mentor) return [];
        refuseEnded(journey);
        if (journey.consentOn === undefined)
          refuse('CONSENT_MISSING', 'There is no consent. Record it first.');
        const previous = journey.mentor;
        return [
          event('MentorAllocated', day, { mentor, on: day, ...(previous === undefined ? {} : { previous }) }),
        ];
      },
      { needs: { mentorFacts: ['mentor', ({ mentor }) => mentor] } },
    ),
  },
  evolve: {
    MentorAllocated: (journey, { mentor }) => ({ ...journey, mentor }),
  },
  internal: ['ConfirmAllocation'],
});

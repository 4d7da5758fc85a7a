import type { Day } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import {
  type ErasureDecision,
  type ErasureGround,
  type ErasureOutcome,
  isToComplete,
  wasDecidedBefore,
} from '@waymark/core/privacy';
import type { Mentor } from './state';

export interface MentorErasureEvents {
  /** It was decided to erase the mentor's data; the key to them is destroyed next. */
  MentorErased: ErasureDecision;
  /** Nothing of the mentor can be read any more but where, and for how long, one worked. */
  MentorErasureCompleted: ErasureOutcome;
}

/** Erase a mentor's data: for good, and only where no pupil is left in the caseload. */
export class EraseMentor {
  ground!: ErasureGround;
  on!: Day;
}

/** Record that nothing of a mentor can be read any more. */
export class CompleteMentorErasure {
  /** UTC, milliseconds. */
  keyDestroyedAt!: string;
  events!: number;
}

const { on, slice } = slices<Mentor>();

export const erasure = slice<MentorErasureEvents>({
  decide: {
    EraseMentor: on(
      EraseMentor,
      ({ ground, on: day }, mentor) => {
        if (mentor.erasure) return [];
        if (mentor.caseload.length > 0 && !wasDecidedBefore(ground))
          refuse('MENTOR_HAS_PUPILS', 'The mentor has pupils still. Allocate them to others first.');
        return [event('MentorErased', day, { ground, on: day })];
      },
      { by: 'service' },
    ),
    CompleteMentorErasure: on(
      CompleteMentorErasure,
      ({ keyDestroyedAt, events }, mentor, { today }) =>
        isToComplete(mentor, 'mentor')
          ? [event('MentorErasureCompleted', today, { keyDestroyedAt, events })]
          : [],
      { by: 'service' },
    ),
  },
  evolve: {
    MentorErased: ({ appointment, ...mentor }) => ({
      ...mentor,
      ...(appointment && { appointment: { ...appointment, name: '' } }),
      erasure: 'begun',
    }),
    MentorErasureCompleted: (mentor) => ({ ...mentor, erasure: 'completed' }),
  },
});

/** Nothing is recorded of a mentor who was erased but what became of the erasure. */
export function refuseErased({ erasure: erased }: Mentor): void {
  if (erased) refuse('MENTOR_ERASED', 'The mentor’s data were erased. Nothing more can be recorded of them.');
}

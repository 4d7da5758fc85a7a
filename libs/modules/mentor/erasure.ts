import { refuse, slices } from '@waymark/core/kernel';
import {
  DecideErasure,
  decidesErasure,
  erasedRefusal,
  type ErasureDecision,
  type ErasureOutcome,
  RecordErasureOutcome,
  recordsOutcome,
  withoutCounts,
} from '@waymark/core/privacy';
import type { Mentor } from './state';

export interface MentorErasureEvents {
  /** It was decided to erase the mentor's data; the key is destroyed next. */
  MentorErased: ErasureDecision;
  /**
   * The erasure of the mentor is complete: the name can no longer be read, only where and from when the mentor
   * worked.
   */
  MentorErasureCompleted: ErasureOutcome;
}

/** Erase a mentor's data permanently. Refused while the mentor has pupils. */
export class EraseMentor extends DecideErasure {}

/** Record that a mentor's erasure is complete. */
export class CompleteMentorErasure extends RecordErasureOutcome {}

const { on, slice } = slices<Mentor>();

export const erasure = slice<MentorErasureEvents>({
  decide: {
    EraseMentor: on(EraseMentor, decidesErasure('MentorErased', requireNoPupils), { by: 'service' }),
    CompleteMentorErasure: on(CompleteMentorErasure, recordsOutcome('MentorErasureCompleted', 'mentor'), {
      by: 'service',
    }),
  },
  evolve: {
    MentorErased: ({ appointment, ...mentor }) => ({
      ...mentor,
      ...(appointment && { appointment: { ...appointment, name: '' } }),
      erasure: 'begun',
    }),
    MentorErasureCompleted: (mentor) => ({ ...mentor, erasure: 'completed' }),
  },
  upcast: { MentorErasureCompleted: [withoutCounts] },
});

function requireNoPupils({ caseload }: Mentor): void {
  if (caseload.length > 0)
    refuse('MENTOR_HAS_PUPILS', 'The mentor still has pupils. Allocate them to other mentors first.');
}

/** Refuse to record anything about an erased mentor, except the completion of the erasure. */
export function refuseErased({ erasure: erased }: Mentor): void {
  if (erased) throw erasedRefusal('mentor');
}

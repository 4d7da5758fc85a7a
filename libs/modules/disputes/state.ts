import type { Remembering } from '@waymark/modules/shared/repeats';

export const disputeStates = ['open', 'upheld', 'rejected', 'closed'] as const;
export type DisputeState = (typeof disputeStates)[number];

export interface Dispute extends Remembering {
  /** The id of the contested value in the module `claims`: a keyed hash, which does not reveal the value. */
  readonly claim?: string;
  /** URN of the school that says that the value belongs to a pupil of its own. */
  readonly school?: string;
  /** The person who contests the value. */
  readonly by?: string;
  /** Absent once that person is erased. */
  readonly reason?: string;
  readonly state?: DisputeState;
}

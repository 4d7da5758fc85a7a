import { viewsOf } from '@waymark/core/kernel';
import type { DisputeEvents } from '../dispute';
import type { DisputeState } from '../state';

/** A dispute, without the reasons, which stay encrypted in the log. */
export interface DisputeRow {
  readonly claim: string;
  readonly school: string;
  readonly by: string;
  /** When the value was contested. */
  readonly at: string;
  readonly state: DisputeState;
}

/** Disputes by id. */
export const disputeRows = viewsOf<DisputeEvents>()<DisputeRow>({
  name: 'disputes.disputes',
  version: 1,
  indexes: ['state'],
  on: {
    'disputes.ValueContested': (_, { data: { claim, school, by }, metadata: { recordedAt: at } }) => ({
      ...{ claim, school, by, at },
      state: 'open',
    }),
    'disputes.DisputeRejected': (row) => row && { ...row, state: 'rejected' },
    'disputes.DisputeUpheld': (row) => row && { ...row, state: 'upheld' },
    'disputes.DisputeClosed': (row) => row && { ...row, state: 'closed' },
  },
});

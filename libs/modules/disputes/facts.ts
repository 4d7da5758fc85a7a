import type { ScopesOf } from '@waymark/core/kernel';
import { scopesOfSchool } from '@waymark/modules/school/facts';
import type { DisputeState } from './state';

/** The facts that a dispute publishes to other modules. */
export interface DisputeFacts {
  readonly school: string;
  readonly state: DisputeState;
}

/** A dispute lies in the scopes of the school that contests the value. */
export const scopesOfDispute: ScopesOf = async (id, look) => {
  const dispute = await look.facts<DisputeFacts>('dispute', id);
  return dispute ? scopesOfSchool(dispute.school, look) : [];
};

import type { Assignment } from '@waymark/core/access';

export interface PersonFacts {
  /** Roles by the assignments' ids, those that are over included. */
  readonly assignments: Readonly<Record<string, Assignment>>;
}

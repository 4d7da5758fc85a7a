import type { Assignment } from '@waymark/core/access';

/** What other modules may know of a person who works with the service. */
export interface PersonFacts {
  /** Roles by the assignments' ids, those that are over included. */
  readonly assignments: Readonly<Record<string, Assignment>>;
  /** The person's data were erased. */
  readonly erased?: boolean;
}

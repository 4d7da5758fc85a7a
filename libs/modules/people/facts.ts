import type { Assignment } from '@waymark/core/access';

/** The facts that a person who works with the service publishes to other modules. */
export interface PersonFacts {
  /** Roles by assignment id, including ended ones. */
  readonly assignments: Readonly<Record<string, Assignment>>;
  /** Whether the person's data were erased. */
  readonly erased?: boolean;
}

import type { Erasable } from '@waymark/core/privacy';
import type { Remembering } from '@waymark/modules/shared/repeats';

/** A mentor's appointment. */
export interface Appointment {
  readonly name: string;
  readonly programme: string;
  readonly area: string;
  /** URN of the school where the mentor is based. */
  readonly school: string;
  readonly from: string;
}

export interface Mentor extends Erasable, Remembering {
  readonly appointment?: Appointment;
  /** All programmes of the mentor so far, including the current one. */
  readonly programmes: readonly string[];
  /**
   * Journeys with a place in the caseload. They are kept in the mentor's own stream so that the cap can be enforced.
   */
  readonly caseload: readonly string[];
  /** Ids of the journeys that have had a place, including released ones. */
  readonly journeys: readonly string[];
  /** The day of the last reminder. */
  readonly remindedOn?: string;
}

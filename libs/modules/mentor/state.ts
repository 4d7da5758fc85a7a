import type { Erasable } from '@waymark/core/privacy';
import type { Remembering } from '@waymark/modules/shared/said';

/** Where a mentor works, and since when. */
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
  /** Journeys that hold a place with the mentor: the cap is kept here, on the mentor's own stream. */
  readonly caseload: readonly string[];
  /** The day of the last reminder. */
  readonly remindedOn?: string;
}

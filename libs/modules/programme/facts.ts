import type { Period } from '@waymark/core/fields';
import type { EligibilityBand } from '@waymark/modules/shared/counts';

/** What each module lets the others know of one of its things. Nothing else of a thing is seen from outside. */

/** How a programme is delivered; it has versions, and a journey keeps the one it began under. */
export interface DeliveryModel {
  readonly version: number;
  readonly weeks: number;
  readonly sessionMinutes: number;
  readonly sessionsPerPhase: number;
  /** The phases' names, in order. */
  readonly phases: readonly string[];
}

export interface ProgrammeFacts {
  readonly baseline: Period;
  readonly followUp: Period;
  readonly eligibility: EligibilityBand;
  /** Pupils a mentor may have at a time. */
  readonly caseloadCap: number;
  readonly deliveryModel: DeliveryModel;
}

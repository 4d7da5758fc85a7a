import type { Period } from '@waymark/core/fields';
import type { EligibilityBand } from '@waymark/modules/shared/counts';

/** How a programme is delivered. It has versions, and a journey keeps the version with which it started. */
export interface DeliveryModel {
  readonly version: number;
  readonly weeks: number;
  readonly sessionMinutes: number;
  readonly sessionsPerPhase: number;
  /** Names of the phases, in order. */
  readonly phases: readonly string[];
}

/** The facts that a programme publishes to other modules. */
export interface ProgrammeFacts {
  readonly baseline: Period;
  readonly followUp: Period;
  readonly eligibility: EligibilityBand;
  /** Maximum number of pupils that a mentor may have at a time. */
  readonly caseloadCap: number;
  readonly deliveryModel: DeliveryModel;
}

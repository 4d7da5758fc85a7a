import type { Day, Period } from '@waymark/vocabulary';
import type { Assignment } from './assignment';
import type { Counts, EligibilityBand } from './counts';
import type { ObjectionScope } from './rights';

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

export interface SchoolFacts {
  readonly area: string;
  readonly region: string;
}

export interface MentorFacts {
  readonly programme: string;
  readonly area: string;
  readonly school: string;
}

export interface PupilFacts {
  /** The pupil's school on a day: its URN. */
  schoolOn(day: Day): string;
  /** The pupil's data were erased: nothing more may be recorded of them. */
  readonly erased?: boolean;
  /** The pupil's data may be kept at present, and not used. */
  readonly restricted?: boolean;
  /** What the pupil objects to. */
  readonly objectsTo?: readonly ObjectionScope[];
}

export interface JourneyFacts {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly eligible: boolean;
  readonly consented: boolean;
  readonly ended: boolean;
  readonly mentor?: string;
}

export interface AttendanceFacts {
  countsOver(period: Period): Counts;
  /** The register says that the pupil was absent for all of a day's sessions. */
  absentOn(day: Day): boolean;
}

export interface PersonFacts {
  /** Roles by the assignments' ids, those that are over included. */
  readonly assignments: Readonly<Record<string, Assignment>>;
}

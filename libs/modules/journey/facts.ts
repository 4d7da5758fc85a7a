import type { Day } from '@waymark/core/fields';

export interface JourneyFacts {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly eligible: boolean;
  /** The first day of the consents that stand; none where there is no consent at present. */
  readonly consentedSince?: Day;
  readonly ended: boolean;
  readonly mentor?: string;
}

export interface JourneyFacts {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly eligible: boolean;
  readonly consented: boolean;
  readonly ended: boolean;
  readonly mentor?: string;
}

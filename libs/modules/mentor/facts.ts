export interface MentorFacts {
  readonly programme: string;
  readonly area: string;
  readonly school: string;
}

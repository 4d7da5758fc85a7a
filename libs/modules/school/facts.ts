export interface SchoolFacts {
  readonly area: string;
  readonly region: string;
}

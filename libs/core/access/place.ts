/**
 * Where something belongs, for whoever is to decide who may see it. A group of figures belongs where all of it does: a
 * region's have no area, a school's no mentor.
 */
export interface Place {
  readonly mentor?: string;
  readonly school?: string;
  readonly area?: string;
  readonly region?: string;
  readonly programme?: string;
}

/** Whether what belongs to a place may be seen. */
export type Covers = (place: Place) => boolean;

/** For whoever may see everything. */
export const everywhere: Covers = () => true;

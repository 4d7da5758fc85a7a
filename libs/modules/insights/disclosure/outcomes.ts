import {
  isPersistent,
  isSevere,
  isWithinBand,
  type Counts,
  type EligibilityBand,
} from '@waymark/modules/shared/counts';
import { Family } from './family';
import type { DisclosureRule } from './symbols';
import type { Units } from './units';

/*
 * Columns that questions about the same pupils share. Because all of them put units together in the same way, an answer to one
 * question tells nothing that another has suppressed.
 */

const [EVERYONE, WITH_MENTOR] = ['everyone', 'with mentor'];

/** The columns in which everyone is counted, by whether there is or was a mentor. */
export const countedAs = (hasMentor: boolean): string[] => (hasMentor ? [EVERYONE, WITH_MENTOR] : [EVERYONE]);

/**
 * All pupils. Figures by mentor and the number of allocated pupils count the same pupils with a mentor, so their number is
 * not small in any block either.
 */
export const everyone = (units: Units, { smallBelow }: DisclosureRule): Family =>
  new Family(units.blocks, [EVERYONE], { smallBelow, alsoSafe: [[WITH_MENTOR]] });

/** How far a journey has come, whatever the period. */
export const outcomes = ['completed/started', 'completed/waiting', 'started', 'waiting'] as const;
export type Outcome = (typeof outcomes)[number];

export const outcomeOf = (journey: { readonly started: boolean; readonly completed: boolean }): Outcome => {
  if (journey.completed) return journey.started ? 'completed/started' : 'completed/waiting';
  return journey.started ? 'started' : 'waiting';
};

const persistent = ['persistent/in', 'persistent/out'];
const severe = ['severe/in', 'severe/out'];

/** The columns of each number of pupils by their absence in a window. */
export const absenceColumns = {
  persistentPupils: [...persistent, ...severe],
  severePupils: severe,
  eligiblePupils: ['persistent/in', 'severe/in', 'other/in'],
} as const;

const bands = [...persistent, ...severe, 'other/in'];

export const bandsOf = (window: string): string[] => bands.map((band) => `${window}/${band}`);

/** The column of a pupil's absence in a window; empty for a pupil who is in no number. */
export function bandOf(window: string, counts: Counts, eligible?: EligibilityBand): string[] {
  const severity = isSevere(counts) ? 'severe' : isPersistent(counts) ? 'persistent' : 'other';
  const isEligible = eligible ? isWithinBand(counts, eligible) : severity === 'persistent';
  return severity === 'other' && !isEligible ? [] : [`${window}/${severity}/${isEligible ? 'in' : 'out'}`];
}

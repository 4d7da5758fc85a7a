import type { Day } from '@waymark/core/fields';
import { refuse } from '@waymark/core/kernel';
import { ERASED_BEFORE_RESTORE, type ErasureGround } from './grounds';

/** Somebody whose data can be erased, and how far that has come. */
export interface Erasable {
  readonly erasure?: 'begun' | 'completed';
}

/** What is recorded of the decision to erase somebody's data. */
export interface ErasureDecision {
  readonly ground: ErasureGround;
  /** The day of the decision. */
  readonly on: Day;
}

/** What is recorded once nothing of somebody can be read any more. */
export interface ErasureOutcome {
  /** UTC, milliseconds. */
  readonly keyDestroyedAt: string;
  /** Of how many events the personal fields can be read no longer, or that never had any. */
  readonly events: number;
}

/** Whether an erasure has yet to be completed. Refused as `NOT_ERASED` where none was decided. */
export function isToComplete({ erasure }: Erasable, whose: string): boolean {
  if (!erasure) refuse('NOT_ERASED', `The ${whose}’s data were not erased.`);
  return erasure !== 'completed';
}

/**
 * Whether the erasure was decided in what a restore has lost. The key is gone then, whatever would stand in the way of a decision
 * today, and the log must say so. Only a list of erasures has it so, never somebody who asks for one.
 */
export const wasDecidedBefore = (ground: ErasureGround): boolean => ground === ERASED_BEFORE_RESTORE;

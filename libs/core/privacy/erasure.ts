import type { Day } from '@waymark/core/fields';
import { type Context, event, refuse } from '@waymark/core/kernel';
import { ERASED_BEFORE_RESTORE, type ErasureGround } from './grounds';

/** A person whose data can be erased, and the state of the erasure. */
export interface Erasable {
  readonly erasure?: 'begun' | 'completed';
}

/** The recorded decision to erase a person's data. */
export interface ErasureDecision {
  readonly ground: ErasureGround;
  /** The day of the decision. */
  readonly on: Day;
}

/** Recorded once none of the person's data can be read any more. */
export interface ErasureOutcome {
  /** UTC, milliseconds. */
  readonly keyDestroyedAt: string;
  /** Number of events of the person; none of them has readable personal fields any more. */
  readonly events: number;
}

/** Whether an erasure must still be completed. Refused as `NOT_ERASED` if none was decided. */
function isToComplete({ erasure }: Erasable, whose: string): boolean {
  if (!erasure)
    refuse('NOT_ERASED', `The erasure of this ${whose}’s data has not been decided. Decide it first.`);
  return erasure !== 'completed';
}

/**
 * Whether the erasure was decided in a part of the log that a restore has lost. The key is then destroyed,
 * regardless of what would prevent a decision today, and the log must record that. Only the list of erasures
 * uses this ground, never a request.
 */
export const wasDecidedBefore = (ground: ErasureGround): boolean => ground === ERASED_BEFORE_RESTORE;

/** The command that decides an erasure. Each kind of person has one of its own, with its own refusals. */
export class DecideErasure implements ErasureDecision {
  ground!: ErasureGround;
  on!: Day;
}

/** The command that records the outcome of an erasure. Each kind of person has one of its own. */
export class RecordErasureOutcome implements ErasureOutcome {
  /** UTC, milliseconds. */
  keyDestroyedAt!: string;
  /** Number of the person's events; none of them has readable personal fields any more. */
  events!: number;
}

/**
 * How an erasure is decided: once, as an event of this type. `requireErasable` refuses if something prevents it. It is not
 * called if the decision was made before a restore.
 */
export const decidesErasure =
  <const Type extends string, State extends Erasable>(
    type: Type,
    requireErasable: (state: State, context: Context) => void,
  ) =>
  ({ ground, on }: DecideErasure, state: State, context: Context) => {
    if (state.erasure) return [];
    if (!wasDecidedBefore(ground)) requireErasable(state, context);
    return [event(type, on, { ground, on })];
  };

/** How the outcome of an erasure is decided: recorded once, as an event of this type. */
export const recordsOutcome =
  <const Type extends string>(type: Type, whose: string) =>
  ({ keyDestroyedAt, events }: RecordErasureOutcome, state: Erasable, { today }: Context) =>
    isToComplete(state, whose) ? [event(type, today, { keyDestroyedAt, events })] : [];

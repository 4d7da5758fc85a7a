import type { Day } from '@waymark/core/fields';
import { type Context, event, Refusal, refuse } from '@waymark/core/kernel';
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

/** What an erasure leaves of a person, counted in everything that is stored. Each number should be 0, except `claims`. */
export interface Remains {
  /** Events that contain a personal field in clear, from before it was encrypted. No answer shows it any more. */
  readonly clearEvents: number;
  /** Events with a hash of a command that only the service's key protects: with that key, a guess can be confirmed. */
  readonly unsealedHashes: number;
  /** Ids that an earlier release derived without a key: a file that was imported leads to them. */
  readonly unkeyedIds: number;
  /** Values that the person's streams hold, such as the UPN, by a hash under the service's key. */
  readonly claims: number;
  /** Files with a plain hash, in imports that recorded something about the person. */
  readonly plainFileHashes: number;
  /** Reads of the person's records for which the reader gave a reason. A reason is encrypted with the reader's key. */
  readonly reasons: number;
  /** Jobs whose data or result contains an id of the person's records. */
  readonly jobs: number;
  /** Row sets of earlier versions of views, which may contain what the current versions leave out. */
  readonly earlierRows: number;
}

/** Recorded once no answer shows any of the person's data. */
export interface ErasureOutcome {
  /** UTC, milliseconds. */
  readonly keyDestroyedAt: string;
  /** Number of events of the person; all were read, and none of them has readable personal fields any more. */
  readonly events: number;
  /** `not counted` if an earlier release completed the erasure. */
  readonly remains: Remains | typeof NOT_COUNTED;
}

export const NOT_COUNTED = 'not counted';

/** Upcaster of the outcomes that earlier releases recorded: they did not count what remains. */
export const withoutCounts = (outcome: Omit<ErasureOutcome, 'remains'>): ErasureOutcome => ({
  ...outcome,
  remains: NOT_COUNTED,
});

/**
 * The refusal of anything about an erased person, such as `PUPIL_ERASED`. It tells that the person existed, so it is given
 * only to principals whose roles reach the person's records.
 */
export const erasedRefusal = (kind: string): Refusal =>
  new Refusal(
    `${kind.toUpperCase()}_ERASED`,
    `The ${kind}’s data have been erased. Nothing more can be read or recorded about this ${kind}.`,
    'gone',
  );

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
  remains!: Remains;
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
  ({ keyDestroyedAt, events, remains }: RecordErasureOutcome, state: Erasable, { today }: Context) =>
    isToComplete(state, whose) ? [event(type, today, { keyDestroyedAt, events, remains })] : [];

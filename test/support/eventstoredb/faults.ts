/**
 * What can go wrong with one append: the connection is cut, the server says nothing, or says that it took too long,
 * each before the events are written or after; the connection is cut and the events are written only then; the server
 * does not begin before those are written, and has forgotten their ids by then; it says that the revision was wrong, that it does not lead its cluster, or does not say where the events stand.
 */
export type AppendFault =
  | 'cut before'
  | 'cut after'
  | 'written late'
  | 'behind the late'
  | 'silence before'
  | 'silence after'
  | 'timeout before'
  | 'timeout after'
  | 'wrong revision'
  | 'not leader'
  | 'no position'
  | 'none';

/**
 * Which checkpoints a subscription is sent: those that are due; an old one after each event besides; or one at the end
 * of the log, and a while before each event.
 */
export type Checkpoints = 'due' | 'stale' | 'early';

/** What a test has asked for. */
export interface Faults {
  /** Of the appends to come, one each. */
  readonly appends: AppendFault[];
  checkpoints: Checkpoints;
  /** Milliseconds before anything is answered. */
  delay: number;
}

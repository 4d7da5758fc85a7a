/**
 * Faults of one append. The connection is cut, the server is silent, or it reports a timeout, each before or
 * after the events are written. The connection is cut and the events are written only afterwards ('written
 * late'). The server does not start before late events are written, and has forgotten their ids by then
 * ('behind the late'). It reports a wrong revision, reports that it is not the leader, or does not return the
 * position.
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
 * Which checkpoints a subscription is sent: those that are due; additionally an old one after each event; or
 * one at the end of the log, some time before each event.
 */
export type Checkpoints = 'due' | 'stale' | 'early';

/** The faults that a test has requested. */
export interface Faults {
  /** One for each of the following appends. */
  readonly appends: AppendFault[];
  checkpoints: Checkpoints;
  /** Milliseconds before each response. */
  delay: number;
}

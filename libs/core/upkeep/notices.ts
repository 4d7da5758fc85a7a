import type { Epoch, Position } from '@waymark/core/kernel';

/*
 * Log entries for operators. The event names are stable. Rows are identified by their generation, such as
 * `caseload@2`; a parked row by the event that it is parked at, never by its key, which may be personal data.
 */

/** A failure. */
export type Fault =
  | { readonly event: 'view.stopped'; readonly rows: string }
  | {
      readonly event: 'row.parked';
      readonly rows: string;
      readonly type: string;
      readonly position: Position;
    }
  | {
      readonly event: 'job.failed';
      readonly kind: string;
      readonly job: string;
      readonly attempt: number;
      /** It will not be retried automatically. */
      readonly last: boolean;
    }
  /** The log lacks events that were sealed: what was built from it is not complete. */
  | { readonly event: 'log.incomplete'; readonly sealed: number; readonly found: number }
  | { readonly event: 'fault' };

/** A normal change of state. */
export type Notice =
  /** This process took or lost ownership of a generation of a view, or of the policies. */
  | { readonly event: 'owner.taken'; readonly rows: string; readonly epoch: Epoch }
  | { readonly event: 'owner.lost'; readonly rows: string }
  /** A generation of a view changed state: a step of a rebuild, a switch, or its retirement. */
  | { readonly event: 'view.changed'; readonly rows: string; readonly was: string; readonly is: string }
  /** At start, the group or others had rights on this number of files and folders of the data folder; now they have none. */
  | { readonly event: 'data.tightened'; readonly entries: number };

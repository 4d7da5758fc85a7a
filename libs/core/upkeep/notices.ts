import type { Epoch, Position } from '@waymark/core/kernel';

/*
 * What whoever runs the service wants to find in its log. The names of events stay. Rows are named by their generation,
 * `caseload@2`; a row that waits by the event that it waits at, never by its key, which may be somebody's.
 */

/** Something went wrong. */
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
      /** It is not tried again by itself. */
      readonly last: boolean;
    }
  | { readonly event: 'fault' };

/** Something went on as it should. */
export type Notice =
  /** This process owns a generation of a view, or the policies, from now on; or no longer does. */
  | { readonly event: 'owner.taken'; readonly rows: string; readonly epoch: Epoch }
  | { readonly event: 'owner.lost'; readonly rows: string }
  /** A generation of a view came to be something else: a step of a rebuild, a switch, or its end. */
  | { readonly event: 'view.changed'; readonly rows: string; readonly was: string; readonly is: string };

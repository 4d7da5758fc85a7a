import type { ControlStore } from './control-store';
import type { Position } from './event';

/** What a row store must know of a view to keep its rows: one generation of one version, in a table of its own. */
export interface RowSet {
  readonly name: string;
  /** Goes up when the same events make other rows. */
  readonly version: number;
  /** Goes up when a version is built anew; 1 if left out. */
  readonly generation?: number;
  /** Top-level fields that rows are found by. */
  readonly indexes: readonly string[];
}

/** What a row set is called in a store: `caseload@2`, and `caseload@2.3` for a third generation. */
export const rowSetName = ({ name, version, generation = 1 }: Omit<RowSet, 'indexes'>): string =>
  `${name}@${String(version)}${generation === 1 ? '' : `.${String(generation)}`}`;

/** Counts who has owned a view: an owner's writes fail once another has taken the view over with a higher one. */
export type Epoch = number;

/** Why a row takes no further events: one could not be folded, and those after it wait in the log. */
export interface Parked {
  /** The event that could not be folded. */
  readonly event: string;
  readonly type: string;
  readonly position: Position;
  /** A place in the log to read on from in order to come upon it; its beginning if left out. */
  readonly after?: Position;
  readonly error: string;
  /** When that was found: UTC, milliseconds. */
  readonly since: string;
  /** Events of this row that wait behind it. */
  readonly waiting: number;
}

/** A row as it is kept. */
export interface StoredRow {
  /** null where it was deleted, or parked before there was one. */
  readonly row: object | null;
  /** Position up to which the row reflects the log. */
  readonly position: Position;
  readonly parked?: Parked;
}

/** What a batch of events makes of a row; null deletes it. Its position becomes the one that the batch leads to. */
export interface RowChange {
  readonly row: object | null;
  readonly parked?: Parked;
  /** The row's position when it was loaded; undefined where there was nothing. */
  readonly loaded: Position | undefined;
}

/** What a projector wants written of one view. */
export interface RowBatch {
  /** The checkpoint as the projector knows it. */
  readonly from: Position;
  /** The checkpoint once everything is written. */
  readonly to: Position;
  /** The owner's; 0 for a view that nobody has ever owned. */
  readonly epoch: Epoch;
  readonly changes: ReadonlyMap<string, RowChange>;
  /** Whether rows were found that reflect some of its events already: a batch that was cut off has written them. */
  readonly ahead?: boolean;
}

/** Another projector moved the view, or one of the rows, first: read again from the checkpoint. */
export class CheckpointMoved extends Error {
  constructor(
    readonly view: string,
    readonly expected: Position,
    readonly actual: Position,
  ) {
    super(`view ${view} is at ${String(actual)}, not ${String(expected)}: another projector moved it`);
    this.name = 'CheckpointMoved';
  }
}

/** The view has been taken over by another owner since. */
export class Fenced extends Error {
  constructor(
    readonly view: string,
    readonly epoch: Epoch,
    readonly actual: Epoch,
  ) {
    super(`view ${view} belongs to owner ${String(actual)}, no longer to owner ${String(epoch)}`);
    this.name = 'Fenced';
  }
}

/** There are no such rows: they were never prepared, or have been dropped. */
export class RowsGone extends Error {
  /** Of the row set, as {@link rowSetName} has it. */
  readonly rows: string;

  constructor(view: Omit<RowSet, 'indexes'>) {
    const rows = rowSetName(view);
    super(`there are no rows ${rows}: they were not prepared, or have been dropped`);
    this.name = 'RowsGone';
    this.rows = rows;
  }
}

export interface FindRows {
  /** Equality on indexed fields; all must hold. */
  readonly where?: Readonly<Record<string, string>>;
  /** Only rows whose key comes after this one. */
  readonly after?: string;
  readonly limit?: number;
}

export interface KeyedRow {
  readonly key: string;
  readonly row: object;
}

/** Rows as queries read them. Where a row set is not there, or goes while it is read, both throw {@link RowsGone}. */
export interface RowReader {
  /** The rows there are of these keys. */
  load(view: RowSet, keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>>;
  /** Rows in the order of their keys, deleted ones left out. */
  find(view: RowSet, query?: FindRows): Promise<KeyedRow[]>;
}

/**
 * Views' rows, each kept with the position it reflects: an event counts once in each view, whoever projects it, and
 * however often that is begun anew.
 */
export interface RowStore extends RowReader {
  /**
   * Make room for a view; harmless when it is there. `later` leaves the indexes out: rows are written faster, and can be
   * found by key alone until {@link RowStore.index}.
   */
  prepare(view: RowSet, indexes?: 'now' | 'later'): Promise<void>;
  /** Make the indexes that are missing. */
  index(view: RowSet): Promise<void>;
  /** Fields that a view is to be found by and has no index for yet: all of them where it is not there. */
  missingIndexes(view: RowSet): Promise<readonly string[]>;
  /** Position up to which the view has seen the log; its beginning where it is not there. */
  checkpoint(view: RowSet): Promise<Position>;
  /**
   * Goes up with each batch that changes rows or finds them {@link RowBatch.ahead}: while it is the same, so are all rows up to
   * the checkpoint. 0 where the view is not there.
   */
  revision(view: RowSet): Promise<number>;
  /** Let nobody of a lower epoch write the view from now on; returns its checkpoint. Throws {@link Fenced} or {@link RowsGone}. */
  fence(view: RowSet, epoch: Epoch): Promise<Position>;
  /**
   * Write rows and checkpoint. Throws {@link Fenced} or {@link CheckpointMoved}; then the checkpoint has not moved, and
   * a row is as it was or, on a store without transactions, reflects the log up to where this batch would have led.
   * {@link RowsGone} where there is no such view.
   */
  commit(view: RowSet, batch: RowBatch): Promise<void>;
  /** Parked rows in the order of their keys; none where the view is not there. */
  parked(view: RowSet): Promise<readonly { readonly key: string; readonly parked: Parked }[]>;
  /** Rows, and about how many bytes they take; none where the view is not there. */
  size(view: RowSet): Promise<{ readonly rows: number; readonly bytes: number }>;
  /** Names ({@link rowSetName}) of all that is kept, in order. */
  names(): Promise<readonly string[]>;
  /** Forget a view's rows and its checkpoint. */
  drop(view: RowSet): Promise<void>;
  /** Small documents on how the views are run. */
  readonly control: ControlStore;
  close(): Promise<void>;
}

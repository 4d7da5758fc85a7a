import type { ControlStore } from './control-store';
import type { Position } from './event';

/** Identifies the rows of a view in a row store: one generation of one version, in a table of its own. */
export interface RowSet {
  readonly name: string;
  /** The name that the view had before it was renamed. What is stored of the view keeps it, see {@link storedName}. */
  readonly formerly?: string;
  /** Incremented when the same events lead to different rows. */
  readonly version: number;
  /** Incremented when the same version is rebuilt; default 1. */
  readonly generation?: number;
  /** Top-level fields that rows can be queried by. */
  readonly indexes: readonly string[];
}

/**
 * The name of a view in everything that is stored of it: its first name. So a view can be renamed without a rebuild, while
 * processes of the previous release still run.
 */
export const storedName = ({ name, formerly = name }: Pick<RowSet, 'name' | 'formerly'>): string => formerly;

/** The name of a row set in a store: `caseload@2`, or `caseload@2.3` for a third generation. */
export const rowSetName = ({ version, generation = 1, ...view }: Omit<RowSet, 'indexes'>): string =>
  `${storedName(view)}@${String(version)}${generation === 1 ? '' : `.${String(generation)}`}`;

/**
 * Increases each time the ownership of a view changes. Writes under a lower epoch than the current one fail.
 */
export type Epoch = number;

/**
 * Why a row takes no further events: one event could not be folded, and the row's later events wait in the log.
 */
export interface Parked {
  /** Id of the event that could not be folded. */
  readonly event: string;
  readonly type: string;
  readonly position: Position;
  /** A position before the event, from which reading the log finds it; the start of the log if left out. */
  readonly after?: Position;
  readonly error: string;
  /** When the row was parked: UTC, milliseconds. */
  readonly since: string;
  /** Number of the row's events that wait behind it. */
  readonly waiting: number;
}

/** A stored row. */
export interface StoredRow {
  /** null if the row was deleted, or was parked before it existed. */
  readonly row: object | null;
  /** Position of the log that the row reflects. */
  readonly position: Position;
  readonly parked?: Parked;
}

/** The new content of a row after a batch of events; null deletes it. Its position becomes the batch's `to`. */
export interface RowChange {
  readonly row: object | null;
  readonly parked?: Parked;
  /** The row's position when it was loaded; undefined if it did not exist. */
  readonly loaded: Position | undefined;
}

/** The changes that a projector commits to one view. */
export interface RowBatch {
  /** The checkpoint that the projector expects. */
  readonly from: Position;
  /** The checkpoint after the commit. */
  readonly to: Position;
  /** The owner's epoch; 0 for a view that never had an owner. */
  readonly epoch: Epoch;
  readonly changes: ReadonlyMap<string, RowChange>;
  /** True if loaded rows already reflected some of the batch's events: an interrupted batch wrote them. */
  readonly ahead?: boolean;
}

/**
 * Another projector moved the view's checkpoint or changed one of the rows first: read again from the
 * checkpoint.
 */
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

/** Another owner has taken the view over. */
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

/** The row set does not exist: it was never prepared, or was dropped. */
export class RowsGone extends Error {
  /** Name of the row set, see {@link rowSetName}. */
  readonly rows: string;

  constructor(view: Omit<RowSet, 'indexes'>) {
    const rows = rowSetName(view);
    super(`row set ${rows} does not exist: it was not prepared, or was dropped`);
    this.name = 'RowsGone';
    this.rows = rows;
  }
}

export interface FindRows {
  /** Equality conditions on indexed fields; all must hold. */
  readonly where?: Readonly<Record<string, string>>;
  /** Only rows whose key is greater than this one. */
  readonly after?: string;
  readonly limit?: number;
}

export interface KeyedRow {
  readonly key: string;
  readonly row: object;
}

/**
 * Read access to rows for queries. Both methods throw {@link RowsGone} if the row set does not exist or is
 * dropped during the read.
 */
export interface RowReader {
  /** The rows with these keys, as far as they exist. */
  load(view: RowSet, keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>>;
  /** Rows ordered by key, without deleted ones. */
  find(view: RowSet, query?: FindRows): Promise<KeyedRow[]>;
}

/**
 * The rows of views. Each row is stored with the position it reflects, so that every event counts exactly once
 * in each view, however many projectors process it and however often they restart.
 */
export interface RowStore extends RowReader {
  /**
   * Create the storage of a view; does nothing if it exists. With `later`, indexes are not created: writes are
   * faster, and rows can be found only by key until {@link RowStore.index}.
   */
  prepare(view: RowSet, indexes?: 'now' | 'later'): Promise<void>;
  /** Create the missing indexes. */
  index(view: RowSet): Promise<void>;
  /** The view's index fields that have no index yet; all of them if the view does not exist. */
  missingIndexes(view: RowSet): Promise<readonly string[]>;
  /** Position up to which the view has processed the log; the start of the log if the view does not exist. */
  checkpoint(view: RowSet): Promise<Position>;
  /**
   * Increases with each batch that changes rows or finds them {@link RowBatch.ahead}. While it is unchanged,
   * all rows up to the checkpoint are unchanged. 0 if the view does not exist.
   */
  revision(view: RowSet): Promise<number>;
  /**
   * Reject writes of lower epochs from now on. Returns the checkpoint. Throws {@link Fenced} or {@link
   * RowsGone}.
   */
  fence(view: RowSet, epoch: Epoch): Promise<Position>;
  /**
   * Write rows and checkpoint. Throws {@link Fenced} or {@link CheckpointMoved}. The checkpoint has then not
   * moved; each row is unchanged or, on a store without transactions, may already reflect the log up to the
   * batch's `to`. Throws {@link RowsGone} if the view does not exist.
   */
  commit(view: RowSet, batch: RowBatch): Promise<void>;
  /** Parked rows ordered by key; empty if the view does not exist. */
  parked(view: RowSet): Promise<readonly { readonly key: string; readonly parked: Parked }[]>;
  /** Number of rows and their approximate size in bytes; zero if the view does not exist. */
  size(view: RowSet): Promise<{ readonly rows: number; readonly bytes: number }>;
  /** Names ({@link rowSetName}) of all stored row sets, in order. */
  names(): Promise<readonly string[]>;
  /** Delete a view's rows and its checkpoint. */
  drop(view: RowSet): Promise<void>;
  /** Small documents that coordinate the processes. */
  readonly control: ControlStore;
  close(): Promise<void>;
}

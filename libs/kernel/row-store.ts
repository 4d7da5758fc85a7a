import type { Position } from './event';

/** What a row store must know of a view to keep its rows. */
export interface RowSet {
  readonly name: string;
  readonly version: number;
  /** Top-level fields that rows are found by. */
  readonly indexes: readonly string[];
}

/** Rows that one batch of events changed; `null` deletes. */
export type RowChanges = ReadonlyMap<string, object | null>;

/** Another projector moved the view on first; nothing of the batch was written. */
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

/** Views' rows, each kept with the position it reflects: an event counts once in each view. */
export interface RowStore {
  /** Make room for a view; harmless when it is there. */
  prepare(view: RowSet): Promise<void>;
  /** Position up to which the view has seen the log. */
  checkpoint(view: RowSet): Promise<Position>;
  load(view: RowSet, keys: readonly string[]): Promise<Map<string, object>>;
  /**
   * Write rows and checkpoint together, if the checkpoint still is `from`.
   * Throws {@link CheckpointMoved}, having written nothing.
   */
  commit(view: RowSet, from: Position, to: Position, changes: RowChanges): Promise<void>;
  /** Rows in the order of their keys. */
  find(view: RowSet, query?: FindRows): Promise<KeyedRow[]>;
  /** Forget a view's rows and its checkpoint. */
  drop(view: RowSet): Promise<void>;
  close(): Promise<void>;
}

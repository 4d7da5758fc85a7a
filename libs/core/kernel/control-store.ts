/** A document and its revision: 1 when created, incremented by each change. */
export interface ControlDocument<Doc extends object = object> {
  readonly id: string;
  readonly revision: number;
  readonly doc: Doc;
}

/** The document was changed concurrently. */
export class ControlMoved extends Error {
  constructor(readonly id: string) {
    super(`${id} was changed by another writer`);
    this.name = 'ControlMoved';
  }
}

/**
 * Small documents that coordinate processes: the owner of a view, its live generation, the progress of a
 * rebuild. Each write states the expected revision, so that only one of several concurrent writers succeeds.
 */
export interface ControlStore {
  get(id: string): Promise<ControlDocument | undefined>;
  /** Documents whose id has this prefix, ordered by id. */
  list(prefix: string): Promise<readonly ControlDocument[]>;
  /**
   * Write a document whose current revision is `expected`, or which does not exist if that is 'none'. Returns
   * the new revision. Throws {@link ControlMoved}.
   */
  put(id: string, expected: number | 'none', doc: object): Promise<number>;
  /** Delete a document whose current revision is `expected`. Throws {@link ControlMoved}. */
  remove(id: string, expected: number): Promise<void>;
}

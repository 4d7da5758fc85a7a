/** A document with its revision: 1 when it was made, one more with each change. */
export interface ControlDocument<Doc extends object = object> {
  readonly id: string;
  readonly revision: number;
  readonly doc: Doc;
}

/** Somebody else changed the document first. */
export class ControlMoved extends Error {
  constructor(readonly id: string) {
    super(`${id} was changed by somebody else`);
    this.name = 'ControlMoved';
  }
}

/**
 * Small documents on how the service is run: who owns a view, which generation of it serves, how far a rebuild is. Each is
 * changed only by who knows its revision, so that of several processes one wins.
 */
export interface ControlStore {
  get(id: string): Promise<ControlDocument | undefined>;
  /** Documents whose id begins so, in the order of their ids. */
  list(prefix: string): Promise<readonly ControlDocument[]>;
  /** Write a document that is at this revision, or is not there; returns its revision. Throws {@link ControlMoved}. */
  put(id: string, expected: number | 'none', doc: object): Promise<number>;
  /** Forget a document that is at this revision. Throws {@link ControlMoved}. */
  remove(id: string, expected: number): Promise<void>;
}

/** A person's data key, encrypted under a master key. */
export interface WrappedKey {
  /** Which master key it is wrapped by. */
  readonly master: string;
  readonly wrapped: Buffer;
}

/** What is left of a key that was destroyed. */
export interface DestroyedKey {
  /** When: UTC, milliseconds. */
  readonly destroyedAt: string;
}

export type StoredKey = WrappedKey | DestroyedKey;

/**
 * The data keys of those whose personal data the log holds, one for each subject: kept apart from the log and from the
 * views, since whoever has a key can read what is sealed with it. A key that was destroyed never comes back.
 */
export interface KeyStore {
  /** The keys of some subjects, as far as they are there. */
  load(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredKey>>;
  /** Keep a subject's first key. Where there is one already, or was one, that is what is given back. */
  add(subject: string, key: WrappedKey): Promise<StoredKey>;
  /** Destroy a subject's key, or see to it that there never is one. What it was is nowhere in the store from here on. */
  destroy(subject: string, at: string): Promise<DestroyedKey>;
  /** Put another wrapping in the place of one; false where that is not what is there. */
  rewrap(subject: string, before: WrappedKey, after: WrappedKey): Promise<boolean>;
  /** All keys in the order of their subjects, some at a time, after a subject. */
  list(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly key: StoredKey }[]>;
  /** Grows whenever a key is destroyed: what was loaded before may no longer hold. */
  version(): Promise<number>;
  close(): Promise<void>;
}

/** Wraps data keys. Lives in a file, in the environment, or in a key service. */
export interface MasterKey {
  /** Tells this master key from others; nothing secret. */
  readonly id: string;
  /** Encrypt a data key, bound to its subject. */
  wrap(subject: string, key: Buffer): Promise<Buffer>;
  /** The data key. Throws where it was wrapped by another master key, for another subject, or was changed. */
  unwrap(subject: string, wrapped: Buffer): Promise<Buffer>;
}

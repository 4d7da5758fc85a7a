/** A person's data key, encrypted under a master key. */
export interface WrappedKey {
  /** Id of the master key that encrypts it. */
  readonly master: string;
  readonly wrapped: Buffer;
}

/** The record of a destroyed key. */
export interface DestroyedKey {
  /** UTC, milliseconds. */
  readonly destroyedAt: string;
}

export type StoredKey = WrappedKey | DestroyedKey;

/**
 * One data key for each subject whose personal data the log holds. They are stored apart from the log and the
 * views, because a key decrypts everything encrypted with it. A destroyed key can never be restored.
 */
export interface KeyStore {
  /** The keys of these subjects, without those that do not exist. */
  load(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredKey>>;
  /** Add a subject's first key. If a key exists or was destroyed, that stored key is returned instead. */
  add(subject: string, key: WrappedKey): Promise<StoredKey>;
  /**
   * Destroy a subject's key, or prevent one from ever being added. The store no longer holds the key material
   * afterwards.
   */
  destroy(subject: string, at: string): Promise<DestroyedKey>;
  /** Replace a wrapped key by another wrapping. False if the stored key is not `before`. */
  rewrap(subject: string, before: WrappedKey, after: WrappedKey): Promise<boolean>;
  /** A page of all keys, ordered by subject, after the given subject. */
  list(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly key: StoredKey }[]>;
  /** Increases whenever a key is destroyed: previously loaded keys may then be invalid. */
  version(): Promise<number>;
  close(): Promise<void>;
}

/** Wraps data keys. It may be held in a file, in the environment, or in a key service. */
export interface MasterKey {
  /** Identifies this master key; not secret. */
  readonly id: string;
  /** Encrypt a data key, bound to its subject. */
  wrap(subject: string, key: Buffer): Promise<Buffer>;
  /**
   * Decrypt a data key. Throws if it was wrapped by another master key or for another subject, or was altered.
   */
  unwrap(subject: string, wrapped: Buffer): Promise<Buffer>;
}

import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DestroyedKey, KeyStore, MasterKey, StoredKey } from '@waymark/core/kernel';

/** A subject's data key: its 32 bytes, or 'destroyed'. */
export type DataKey = Buffer | 'destroyed';

/**
 * The key store has neither a key nor a destroyed key for a subject: it belongs to another log, or is out of
 * date.
 */
export class KeyMissing extends Error {
  readonly code = 'KEY_MISSING';

  constructor() {
    super(
      'KEY_MISSING: personal data is encrypted with a key that is not in the key store and was not destroyed there. Check that this is the right key store.',
    );
    this.name = 'KeyMissing';
  }
}

/** A data key is wrapped by a master key that this process does not have. */
export class MasterKeyMissing extends Error {
  readonly code = 'MASTER_KEY_MISSING';

  constructor(master: string) {
    super(
      `MASTER_KEY_MISSING: a data key is wrapped by the master key ${master}, which is neither the current one nor one of the former ones.`,
    );
    this.name = 'MasterKeyMissing';
  }
}

export interface KeyringOptions {
  readonly keys: KeyStore;
  /** Wraps new data keys. */
  readonly master: MasterKey;
  /** Master keys that may still wrap data keys. */
  readonly former?: readonly MasterKey[];
}

/** Number of data keys kept in memory. */
const CAPACITY = 100_000;
const KEY_BYTES = 32;
/** Minimum time between checks for destroyed keys (of any process), in milliseconds. */
const CHECK_INTERVAL = 200;

/** The unwrapped data keys of subjects: created on first use, and cached until any key is destroyed. */
export class Keyring {
  private readonly known = new LRUCache<string, DataKey>({ max: CAPACITY });
  private readonly masters: ReadonlyMap<string, MasterKey>;
  private readonly listeners = new Set<() => void>();
  private version: number | undefined;
  private checkedAt = -Infinity;

  constructor(private readonly options: KeyringOptions) {
    const { master, former = [] } = options;
    this.masters = new Map([...former, master].map((each) => [each.id, each]));
  }

  /** The keys of some subjects; missing ones are created. */
  async forEncryption(subjects: ReadonlySet<string>): Promise<ReadonlyMap<string, DataKey>> {
    const keys = await this.load(subjects);
    const without = [...subjects].filter((subject) => !keys.has(subject));
    for (const [subject, key] of await this.keysOf(without, (subject) => this.create(subject)))
      keys.set(subject, key);
    return keys;
  }

  /** The keys of some subjects. Throws {@link KeyMissing} and {@link MasterKeyMissing}. */
  async forDecryption(subjects: ReadonlySet<string>): Promise<ReadonlyMap<string, DataKey>> {
    const keys = await this.load(subjects);
    if (keys.size < subjects.size) throw new KeyMissing();
    return keys;
  }

  /** Those of some subjects whose key was destroyed. Subjects without a key are not among them. */
  async destroyed(subjects: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const keys = await this.load(subjects);
    return new Set([...subjects].filter((subject) => keys.get(subject) === 'destroyed'));
  }

  /**
   * Destroy a subject's key, and clear this process's cache. Other processes notice within a fraction of a
   * second.
   */
  async destroy(subject: string, at: string): Promise<DestroyedKey> {
    const destroyed = await this.options.keys.destroy(subject, at);
    this.checkedAt = -Infinity;
    await this.refresh();
    return destroyed;
  }

  /** Clear the cache if a key has been destroyed since the last check. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.checkedAt < CHECK_INTERVAL) return;
    this.checkedAt = now;
    const version = await this.options.keys.version();
    const before = this.version;
    this.version = version;
    if (before === undefined || before === version) return;
    this.known.clear();
    for (const forget of this.listeners) forget();
  }

  /**
   * Call `forget` whenever a key has been destroyed: data decrypted with it must not be kept. Returns a
   * function that unsubscribes.
   */
  onDestroyed(forget: () => void): () => void {
    this.listeners.add(forget);
    return () => void this.listeners.delete(forget);
  }

  private async load(subjects: ReadonlySet<string>): Promise<Map<string, DataKey>> {
    const keys = new Map<string, DataKey>();
    const unknown: string[] = [];
    for (const subject of subjects) {
      const key = this.known.get(subject);
      if (key) keys.set(subject, key);
      else unknown.push(subject);
    }
    if (unknown.length === 0) return keys;
    const { version } = this;
    const stored = await this.options.keys.load(unknown);
    const found = unknown.filter((subject) => stored.has(subject));
    for (const [subject, key] of await this.keysOf(found, (one) => this.unwrapped(one, stored.get(one)!))) {
      keys.set(subject, key);
      this.keep(subject, key, version);
    }
    return keys;
  }

  private async create(subject: string): Promise<DataKey> {
    const { keys, master } = this.options;
    const { version } = this;
    const own = randomBytes(KEY_BYTES);
    const wrapped = await master.wrap(subject, own);
    const stored = await keys.add(subject, { master: master.id, wrapped });
    const isOwn = 'wrapped' in stored && stored.wrapped.equals(wrapped);
    const key = isOwn ? own : await this.unwrapped(subject, stored);
    this.keep(subject, key, version);
    return key;
  }

  /** A key read before a key was destroyed must not be cached afterwards. */
  private keep(subject: string, key: DataKey, version: number | undefined): void {
    if (version === this.version) this.known.set(subject, key);
  }

  private async unwrapped(subject: string, key: StoredKey): Promise<DataKey> {
    if ('destroyedAt' in key) return 'destroyed';
    const master = this.masters.get(key.master);
    if (!master) throw new MasterKeyMissing(key.master);
    return master.unwrap(subject, key.wrapped);
  }

  private keysOf(
    subjects: readonly string[],
    keyOf: (subject: string) => Promise<DataKey>,
  ): Promise<(readonly [string, DataKey])[]> {
    return Promise.all(subjects.map(async (subject) => [subject, await keyOf(subject)] as const));
  }
}

import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DestroyedKey, KeyStore, MasterKey, StoredKey } from '@waymark/core/kernel';

/** What is known of a subject's data key: its 32 bytes, or that it was destroyed. */
export type DataKey = Buffer | 'destroyed';

/** No key of a subject is in the key store, nor was one destroyed there: it is another's key store, or an older one. */
export class KeyMissing extends Error {
  readonly code = 'KEY_MISSING';

  constructor() {
    super(
      'KEY_MISSING: personal data are sealed with a key that is not in the key store, nor was destroyed there. Check which key store this is.',
    );
    this.name = 'KeyMissing';
  }
}

/** A data key is wrapped by a master key that this process was not given. */
export class MasterKeyMissing extends Error {
  readonly code = 'MASTER_KEY_MISSING';

  constructor(master: string) {
    super(
      `MASTER_KEY_MISSING: a data key is wrapped by the master key ${master}, which is neither the current one nor among the former.`,
    );
    this.name = 'MasterKeyMissing';
  }
}

export interface KeyringOptions {
  readonly keys: KeyStore;
  /** Wraps new data keys. */
  readonly master: MasterKey;
  /** Master keys by which data keys may still be wrapped. */
  readonly former?: readonly MasterKey[];
}

/** Data keys kept in memory. */
const CAPACITY = 100_000;
const KEY_BYTES = 32;
/** Milliseconds after which it is looked whether keys were destroyed, by whichever process. */
const LOOK_AGAIN = 200;

/** The data keys of subjects, unwrapped: made at first use, kept in memory for as long as none is destroyed. */
export class Keyring {
  private readonly known = new LRUCache<string, DataKey>({ max: CAPACITY });
  private readonly masters: ReadonlyMap<string, MasterKey>;
  private readonly listeners = new Set<() => void>();
  private version: number | undefined;
  private looked = -Infinity;

  constructor(private readonly options: KeyringOptions) {
    const { master, former = [] } = options;
    this.masters = new Map([...former, master].map((each) => [each.id, each]));
  }

  /** The keys of some subjects, made where there are none. */
  async forSealing(subjects: ReadonlySet<string>): Promise<ReadonlyMap<string, DataKey>> {
    const keys = await this.load(subjects);
    const without = [...subjects].filter((subject) => !keys.has(subject));
    for (const [subject, key] of await this.each(without, (subject) => this.make(subject)))
      keys.set(subject, key);
    return keys;
  }

  /** The keys of some subjects. Throws {@link KeyMissing} and {@link MasterKeyMissing}. */
  async forOpening(subjects: ReadonlySet<string>): Promise<ReadonlyMap<string, DataKey>> {
    const keys = await this.load(subjects);
    if (keys.size < subjects.size) throw new KeyMissing();
    return keys;
  }

  /** Destroy a subject's key, and what this process knows of it. Other processes notice within a fraction of a second. */
  async destroy(subject: string, at: string): Promise<DestroyedKey> {
    const destroyed = await this.options.keys.destroy(subject, at);
    this.looked = -Infinity;
    await this.refresh();
    return destroyed;
  }

  /** Forget what was known where a key has been destroyed since it was looked at last. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.looked < LOOK_AGAIN) return;
    this.looked = now;
    const version = await this.options.keys.version();
    const before = this.version;
    this.version = version;
    if (before === undefined || before === version) return;
    this.known.clear();
    for (const forget of this.listeners) forget();
  }

  /** Call `forget` whenever a key has been destroyed: what was opened with it must not be kept. Returns how to stop. */
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
    for (const [subject, key] of await this.each(found, (one) => this.unwrapped(one, stored.get(one)!))) {
      keys.set(subject, key);
      this.keep(subject, key, version);
    }
    return keys;
  }

  private async make(subject: string): Promise<DataKey> {
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

  /** What was read before a key was destroyed must not be kept after it. */
  private keep(subject: string, key: DataKey, version: number | undefined): void {
    if (version === this.version) this.known.set(subject, key);
  }

  private async unwrapped(subject: string, key: StoredKey): Promise<DataKey> {
    if ('destroyedAt' in key) return 'destroyed';
    const master = this.masters.get(key.master);
    if (!master) throw new MasterKeyMissing(key.master);
    return master.unwrap(subject, key.wrapped);
  }

  private each(
    subjects: readonly string[],
    keyOf: (subject: string) => Promise<DataKey>,
  ): Promise<(readonly [string, DataKey])[]> {
    return Promise.all(subjects.map(async (subject) => [subject, await keyOf(subject)] as const));
  }
}

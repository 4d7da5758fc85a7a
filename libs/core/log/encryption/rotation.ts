import type { KeyStore, MasterKey } from '@waymark/core/kernel';
import { MasterKeyMissing } from './keyring';

/** Page size in keys. */
const PAGE = 500;

/** The number of keys in a key store. */
export interface KeyCounts {
  /** By id of the master key that wraps them. */
  readonly wrapped: Readonly<Record<string, number>>;
  readonly destroyed: number;
}

/** Count the keys in a key store. */
export async function countKeys(keys: KeyStore): Promise<KeyCounts> {
  const wrapped = new Map<string, number>();
  let destroyed = 0;
  for await (const page of pagesOf(keys)) {
    for (const { key } of page) {
      if ('destroyedAt' in key) destroyed += 1;
      else wrapped.set(key.master, (wrapped.get(key.master) ?? 0) + 1);
    }
  }
  return { wrapped: Object.fromEntries(wrapped), destroyed };
}

export interface RotationOptions {
  /** The current master key: all keys will be wrapped by it. */
  readonly master: MasterKey;
  readonly former: readonly MasterKey[];
  /** Called with the number of keys checked and the number rewrapped. */
  readonly onProgress?: (progress: Rotated) => void;
}

/** Progress or result of a rotation. */
export interface Rotated {
  readonly looked: number;
  readonly rewrapped: number;
}

/**
 * Rewrap every data key that is not wrapped by the current master key. Data keys and events do not change. An
 * interrupted rotation can be started again; it passes over finished keys. Throws {@link MasterKeyMissing}.
 */
export async function rotate(
  keys: KeyStore,
  { master, former, onProgress = () => undefined }: RotationOptions,
): Promise<Rotated> {
  const masters = new Map(former.map((each) => [each.id, each]));
  let [looked, rewrapped] = [0, 0];
  for await (const page of pagesOf(keys)) {
    const done = await Promise.all(
      page.map(async ({ subject, key }) => {
        if ('destroyedAt' in key || key.master === master.id) return false;
        const before = masters.get(key.master);
        if (!before) throw new MasterKeyMissing(key.master);
        const wrapped = await master.wrap(subject, await before.unwrap(subject, key.wrapped));
        // If the key was destroyed or rewrapped concurrently, nothing is left to do.
        return keys.rewrap(subject, key, { master: master.id, wrapped });
      }),
    );
    looked += page.length;
    rewrapped += done.filter(Boolean).length;
    onProgress({ looked, rewrapped });
  }
  return { looked, rewrapped };
}

async function* pagesOf(keys: KeyStore): AsyncGenerator<Awaited<ReturnType<KeyStore['list']>>> {
  for (let after: string | undefined; ;) {
    const page = await keys.list(after, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.subject;
  }
}

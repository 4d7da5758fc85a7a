import type { KeyStore, MasterKey } from '@waymark/core/kernel';
import { MasterKeyMissing } from './keyring';

/** Keys looked at together. */
const PAGE = 500;

/** The keys there are. */
export interface KeyCounts {
  /** By the master key that they are wrapped by. */
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
  /** By which keys are wrapped from now on. */
  readonly master: MasterKey;
  readonly former: readonly MasterKey[];
  /** Told how many keys have been looked at, and how many of them were wrapped anew. */
  readonly onProgress?: (progress: Rotated) => void;
}

/** How far a rotation is, or what it came to. */
export interface Rotated {
  readonly looked: number;
  readonly rewrapped: number;
}

/**
 * Wrap every data key by the current master key that another one wraps. The data keys stay what they are, and so do events.
 * One that was cut off is begun again, and passes over what is done. Throws {@link MasterKeyMissing}.
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
        // Where it was destroyed or wrapped anew by another meanwhile, there is nothing left to do.
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

import type { KeyStore, WrappedKey } from '@waymark/core/kernel';
import { range } from '../support/events';

export interface OpenedKeyStore {
  readonly store: KeyStore;
  /** Another connection to the same keys. */
  readonly second: () => Promise<KeyStore>;
}

const AT = '2026-03-01T09:00:00.000Z';
const LATER = '2026-03-02T09:00:00.000Z';

const wrapping = (text: string, master = 'm1'): WrappedKey => ({ master, wrapped: Buffer.from(text) });

/** The requirements for every key store. */
export function keyStoreContract(name: string, open: () => Promise<OpenedKeyStore>): void {
  describe(`${name} as a key store`, () => {
    let store: KeyStore;
    let second: () => Promise<KeyStore>;

    beforeEach(async () => ({ store, second } = await open()));

    const keyOf = async (subject: string) => (await store.load([subject])).get(subject);

    it('is empty at first', async () => {
      expect(await store.load(['zara', 'omar'])).toEqual(new Map());
      expect(await store.list(undefined, 10)).toEqual([]);
      expect(await store.version()).toBe(0);
    });

    it('stores keys byte for byte, for every connection', async () => {
      const bytes = { master: 'm1', wrapped: Buffer.from(range(256)) };
      expect(await store.add('zara', bytes)).toEqual(bytes);
      await store.add('omar', wrapping('o'));

      const other = await second();
      expect(await other.load(['zara', 'nobody', 'omar'])).toEqual(
        new Map([
          ['zara', bytes],
          ['omar', wrapping('o')],
        ]),
      );
    });

    it('loads any number of keys at once', async () => {
      await Promise.all(range(30).map((n) => store.add(`p${String(n)}`, wrapping(String(n)))));

      const found = await store.load(range(5_000).map((n) => `p${String(n)}`));
      expect(found.size).toBe(30);
      expect(found.get('p29')).toEqual(wrapping('29'));
    });

    it('returns the first key when another is added', async () => {
      await store.add('zara', wrapping('first'));

      expect(await store.add('zara', wrapping('second', 'm2'))).toEqual(wrapping('first'));
      expect(await keyOf('zara')).toEqual(wrapping('first'));
    });

    it('returns the same key for twenty concurrent additions on two connections', async () => {
      const stores = [store, await second()];
      const given = await Promise.all(
        range(20).map((by) => stores[by % 2]!.add('zara', wrapping(`by ${String(by)}`))),
      );

      expect(given).toEqual(given.map(() => given[0]));
      expect(await keyOf('zara')).toEqual(given[0]);
    });

    it('destroys a key permanently', async () => {
      await store.add('zara', wrapping('z'));
      expect(await store.destroy('zara', AT)).toEqual({ destroyedAt: AT });

      expect(await keyOf('zara')).toEqual({ destroyedAt: AT });
      expect(await (await second()).add('zara', wrapping('another'))).toEqual({ destroyedAt: AT });
      expect(await store.rewrap('zara', wrapping('z'), wrapping('anew', 'm2'))).toBe(false);
      expect(await keyOf('zara')).toEqual({ destroyedAt: AT });
    });

    it('destroys a key once, and keeps the time', async () => {
      await store.add('zara', wrapping('z'));
      await store.destroy('zara', AT);

      expect(await store.destroy('zara', LATER)).toEqual({ destroyedAt: AT });
      expect(await keyOf('zara')).toEqual({ destroyedAt: AT });
    });

    it('prevents a key from being added after its destruction, even if there was none', async () => {
      await store.destroy('zara', AT);

      expect(await store.add('zara', wrapping('z'))).toEqual({ destroyedAt: AT });
    });

    it('leaves no key after concurrent additions and destructions', async () => {
      const other = await second();
      await Promise.all(
        range(10).flatMap((by) => [
          store.add('zara', wrapping(String(by))),
          other.destroy('zara', by % 2 ? AT : LATER),
        ]),
      );

      expect(await keyOf('zara')).toEqual({ destroyedAt: expect.any(String) as string });
    });

    it("does not affect other subjects' keys", async () => {
      await store.add('zara', wrapping('z'));
      await store.add('omar', wrapping('o'));
      await store.destroy('zara', AT);

      expect(await keyOf('omar')).toEqual(wrapping('o'));
    });

    it('replaces a wrapping only if it is the stored one', async () => {
      await store.add('zara', wrapping('z'));
      expect(await store.rewrap('zara', wrapping('z', 'm2'), wrapping('x'))).toBe(false);
      expect(await store.rewrap('zara', wrapping('y'), wrapping('x'))).toBe(false);
      expect(await store.rewrap('omar', wrapping('z'), wrapping('x'))).toBe(false);
      expect(await keyOf('zara')).toEqual(wrapping('z'));

      expect(await store.rewrap('zara', wrapping('z'), wrapping('anew', 'm2'))).toBe(true);
      expect(await keyOf('zara')).toEqual(wrapping('anew', 'm2'));
      expect(await keyOf('omar')).toBeUndefined();
    });

    it('lists all keys ordered by subject, in pages', async () => {
      for (const subject of ['b', 'M-890-1', 'a', 'c']) await store.add(subject, wrapping(subject));
      await store.destroy('b', AT);

      expect(await store.list(undefined, 3)).toEqual([
        { subject: 'M-890-1', key: wrapping('M-890-1') },
        { subject: 'a', key: wrapping('a') },
        { subject: 'b', key: { destroyedAt: AT } },
      ]);
      expect(await store.list('b', 3)).toEqual([{ subject: 'c', key: wrapping('c') }]);
      expect(await store.list('c', 3)).toEqual([]);
    });

    it('has another version once a key was destroyed, for every connection', async () => {
      const other = await second();
      await store.add('zara', wrapping('z'));
      const before = await other.version();
      await store.destroy('zara', AT);
      const after = await other.version();
      await store.destroy('nobody', AT);

      expect(after).toBeGreaterThan(before);
      expect(await other.version()).toBeGreaterThan(after);
    });
  });
}

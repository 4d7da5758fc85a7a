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

/** What every key store must do, whatever it keeps keys in. */
export function keyStoreContract(name: string, open: () => Promise<OpenedKeyStore>): void {
  describe(`${name} as a key store`, () => {
    let store: KeyStore;
    let second: () => Promise<KeyStore>;

    beforeEach(async () => ({ store, second } = await open()));

    const keyOf = async (subject: string) => (await store.load([subject])).get(subject);

    it('has no keys at first', async () => {
      expect(await store.load(['zara', 'omar'])).toEqual(new Map());
      expect(await store.list(undefined, 10)).toEqual([]);
      expect(await store.version()).toBe(0);
    });

    it('keeps keys, byte for byte, for every connection', async () => {
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

    it('loads as many keys at once as are asked for', async () => {
      await Promise.all(range(30).map((n) => store.add(`p${String(n)}`, wrapping(String(n)))));

      const found = await store.load(range(5_000).map((n) => `p${String(n)}`));
      expect(found.size).toBe(30);
      expect(found.get('p29')).toEqual(wrapping('29'));
    });

    it('gives the first key back to whoever adds another', async () => {
      await store.add('zara', wrapping('first'));

      expect(await store.add('zara', wrapping('second', 'm2'))).toEqual(wrapping('first'));
      expect(await keyOf('zara')).toEqual(wrapping('first'));
    });

    it('gives one and the same key to twenty who add one at once on two connections', async () => {
      const stores = [store, await second()];
      const given = await Promise.all(
        range(20).map((by) => stores[by % 2]!.add('zara', wrapping(`by ${String(by)}`))),
      );

      expect(given).toEqual(given.map(() => given[0]));
      expect(await keyOf('zara')).toEqual(given[0]);
    });

    it('destroys a key for good', async () => {
      await store.add('zara', wrapping('z'));
      expect(await store.destroy('zara', AT)).toEqual({ destroyedAt: AT });

      expect(await keyOf('zara')).toEqual({ destroyedAt: AT });
      expect(await (await second()).add('zara', wrapping('another'))).toEqual({ destroyedAt: AT });
      expect(await store.rewrap('zara', wrapping('z'), wrapping('anew', 'm2'))).toBe(false);
      expect(await keyOf('zara')).toEqual({ destroyedAt: AT });
    });

    it('destroys a key once, and says when that was', async () => {
      await store.add('zara', wrapping('z'));
      await store.destroy('zara', AT);

      expect(await store.destroy('zara', LATER)).toEqual({ destroyedAt: AT });
      expect(await keyOf('zara')).toEqual({ destroyedAt: AT });
    });

    it('sees to it that there never is a key where there was none', async () => {
      await store.destroy('zara', AT);

      expect(await store.add('zara', wrapping('z'))).toEqual({ destroyedAt: AT });
    });

    it('leaves no key where some add it while others destroy it', async () => {
      const other = await second();
      await Promise.all(
        range(10).flatMap((by) => [
          store.add('zara', wrapping(String(by))),
          other.destroy('zara', by % 2 ? AT : LATER),
        ]),
      );

      expect(await keyOf('zara')).toEqual({ destroyedAt: expect.any(String) as string });
    });

    it('leaves others their keys', async () => {
      await store.add('zara', wrapping('z'));
      await store.add('omar', wrapping('o'));
      await store.destroy('zara', AT);

      expect(await keyOf('omar')).toEqual(wrapping('o'));
    });

    it('puts another wrapping in the place of the one that is there, and of no other', async () => {
      await store.add('zara', wrapping('z'));
      expect(await store.rewrap('zara', wrapping('z', 'm2'), wrapping('x'))).toBe(false);
      expect(await store.rewrap('zara', wrapping('y'), wrapping('x'))).toBe(false);
      expect(await store.rewrap('omar', wrapping('z'), wrapping('x'))).toBe(false);
      expect(await keyOf('zara')).toEqual(wrapping('z'));

      expect(await store.rewrap('zara', wrapping('z'), wrapping('anew', 'm2'))).toBe(true);
      expect(await keyOf('zara')).toEqual(wrapping('anew', 'm2'));
      expect(await keyOf('omar')).toBeUndefined();
    });

    it('lists all keys in the order of their subjects, some at a time', async () => {
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

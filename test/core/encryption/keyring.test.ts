import type { WrappedKey } from '@waymark/core/kernel';
import { countKeys, Keyring, MasterKeyMissing, rotate } from '@waymark/core/log';
import { range } from '../../support/events';
import { keyringOn, masterKey, openKeys } from '../../support/keys';

const AT = '2026-03-01T09:00:00.000Z';
const [ZARA, BOTH] = [new Set(['zara']), new Set(['zara', 'omar'])];

describe('a keyring', () => {
  let opened: ReturnType<typeof openKeys>;

  beforeEach(() => {
    opened = openKeys();
  });

  it('creates a key for each subject on first use, and none when reading', async () => {
    const keyring = keyringOn(opened.keys);
    await expect(keyring.forDecryption(BOTH)).rejects.toMatchObject({ code: 'KEY_MISSING' });
    expect(await opened.keys.list(undefined, 9)).toEqual([]);
    const made = await keyring.forEncryption(BOTH);

    expect([...made.values()].map((key) => key.length)).toEqual([32, 32]);
    expect(made.get('zara')).not.toEqual(made.get('omar'));
    expect(await keyring.forDecryption(BOTH)).toEqual(made);
    expect(await keyringOn(opened.connect()).forDecryption(BOTH)).toEqual(made);
  });

  it('stores no unwrapped key', async () => {
    const made = await keyringOn(opened.keys).forEncryption(ZARA);
    const [listed] = await opened.keys.list(undefined, 9);

    expect((listed!.key as WrappedKey).wrapped.includes(made.get('zara') as Buffer)).toBe(false);
  });

  it('agrees with other keyrings on a key that several create concurrently', async () => {
    const rings = range(8).map((n) => keyringOn(n % 2 ? opened.keys : opened.connect()));
    const made = await Promise.all(rings.map((ring) => ring.forEncryption(ZARA)));

    expect(made).toEqual(made.map(() => made[0]));
  });

  it('creates no key if one was destroyed', async () => {
    await opened.keys.destroy('zara', AT);

    expect(await keyringOn(opened.keys).forEncryption(ZARA)).toEqual(new Map([['zara', 'destroyed']]));
  });

  it('forgets a key that it destroys immediately, and notifies its listeners', async () => {
    const keyring = keyringOn(opened.keys);
    const forget = jest.fn();
    keyring.onDestroyed(forget);
    await keyring.refresh();
    await keyring.forEncryption(BOTH);
    expect(forget).not.toHaveBeenCalled();
    await keyring.destroy('zara', AT);

    expect(forget).toHaveBeenCalledTimes(1);
    expect((await keyring.forDecryption(BOTH)).get('zara')).toBe('destroyed');
  });

  it('forgets a key that another process destroyed, at the next check', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    try {
      const keyring = keyringOn(opened.keys);
      await keyring.refresh();
      const before = await keyring.forEncryption(ZARA);
      await keyringOn(opened.connect()).destroy('zara', AT);
      now.mockReturnValue(1_199);
      await keyring.refresh();
      expect(await keyring.forDecryption(ZARA)).toEqual(before);

      now.mockReturnValue(1_200);
      await keyring.refresh();
      expect((await keyring.forDecryption(ZARA)).get('zara')).toBe('destroyed');
    } finally {
      now.mockRestore();
    }
  });

  it('does not cache what it read before a key was destroyed', async () => {
    await keyringOn(opened.connect()).forEncryption(ZARA);
    const keyring = keyringOn(opened.keys);
    await keyring.refresh();
    const load = opened.keys.load.bind(opened.keys);
    jest.spyOn(opened.keys, 'load').mockImplementationOnce(async (subjects) => {
      const found = await load(subjects);
      await keyring.destroy('zara', AT);
      return found;
    });
    await keyring.forDecryption(ZARA);

    expect((await keyring.forDecryption(ZARA)).get('zara')).toBe('destroyed');
  });

  it('reports which master key is missing', async () => {
    await keyringOn(opened.keys, masterKey('a')).forEncryption(ZARA);
    const other = keyringOn(opened.keys, masterKey('b'));

    const read = other.forDecryption(ZARA);
    await expect(read).rejects.toBeInstanceOf(MasterKeyMissing);
    await expect(read).rejects.toThrow(masterKey('a').id);
  });

  it('unwraps with a former master key, and wraps with the current one', async () => {
    const made = await keyringOn(opened.keys, masterKey('a')).forEncryption(ZARA);
    const next = new Keyring({ keys: opened.keys, master: masterKey('b'), former: [masterKey('a')] });

    expect((await next.forEncryption(BOTH)).get('zara')).toEqual(made.get('zara'));
    expect(await countKeys(opened.keys)).toEqual({
      wrapped: { [masterKey('a').id]: 1, [masterKey('b').id]: 1 },
      destroyed: 0,
    });
  });
});

describe('a rotation of the master key', () => {
  const [a, b] = [masterKey('a'), masterKey('b')];
  const subjects = new Set(range(1_200).map((n) => `p${String(n)}`));
  let opened: ReturnType<typeof openKeys>;
  let before: ReadonlyMap<string, unknown>;

  beforeEach(async () => {
    opened = openKeys();
    before = await keyringOn(opened.keys, a).forEncryption(subjects);
  });

  it('rewraps every key without changing it; destroyed keys stay destroyed', async () => {
    await opened.keys.destroy('p7', AT);
    const steps: unknown[] = [];
    const done = await rotate(opened.keys, {
      master: b,
      former: [a],
      onProgress: (step) => steps.push(step),
    });

    expect(done).toEqual({ looked: 1_200, rewrapped: 1_199 });
    expect(steps).toHaveLength(3);
    expect(steps.at(-1)).toEqual(done);
    expect(await countKeys(opened.keys)).toEqual({ wrapped: { [b.id]: 1_199 }, destroyed: 1 });
    expect(await keyringOn(opened.connect(), b).forDecryption(subjects)).toEqual(
      new Map(before).set('p7', 'destroyed'),
    );
  });

  it('continues after an interrupted rotation, and changes nothing once complete', async () => {
    const cut = rotate(opened.keys, {
      master: b,
      former: [a],
      onProgress: ({ looked }) => {
        if (looked > 500) throw new Error('cut off');
      },
    });
    await expect(cut).rejects.toThrow('cut off');

    expect(await rotate(opened.keys, { master: b, former: [a] })).toEqual({ looked: 1_200, rewrapped: 200 });
    expect(await rotate(opened.keys, { master: b, former: [] })).toEqual({ looked: 1_200, rewrapped: 0 });
    expect(await keyringOn(opened.connect(), b).forDecryption(subjects)).toEqual(before);
  });

  it('does not restore a key that is destroyed during the rotation', async () => {
    const rewrap = opened.keys.rewrap.bind(opened.keys);
    jest.spyOn(opened.keys, 'rewrap').mockImplementation(async (subject, ...wrappings) => {
      if (subject === 'p9') await opened.keys.destroy(subject, AT);
      return rewrap(subject, ...wrappings);
    });

    expect(await rotate(opened.keys, { master: b, former: [a] })).toEqual({
      looked: 1_200,
      rewrapped: 1_199,
    });
    expect(await opened.keys.load(['p9'])).toEqual(new Map([['p9', { destroyedAt: AT }]]));
  });

  it('stops at a key whose master key is missing', async () => {
    await expect(rotate(opened.keys, { master: b, former: [] })).rejects.toBeInstanceOf(MasterKeyMissing);
    expect(await countKeys(opened.keys)).toMatchObject({ wrapped: { [a.id]: 1_200 } });
  });
});

import type { EventStore, NewEvent, RecordedEvent } from '@waymark/core/kernel';
import {
  chaining,
  type Copied,
  copyLog,
  type CopyOptions,
  isEncrypted,
  isSealedHash,
  type Keyring,
  sealedHash,
  encryptedCopy,
  encrypting,
} from '@waymark/core/log';
import { hashed } from '@waymark/core/log/signatures/chain';
import { newEvent, range, readWhole } from '../../support/events';
import { keyringOn, openKeys } from '../../support/keys';
import { openStores } from '../../support/stores';

const personal = new Map([['BarrierFound', ['text', 'by']]]);
const AT = '2026-03-01T09:00:00.000Z';

const found = (n: number): NewEvent =>
  newEvent(
    'BarrierFound',
    { by: `by ${String(n)}`, kind: 'OTHER', text: { of: n } },
    { subject: `p${String(n % 7)}` },
  );

describe('an encrypted copy', () => {
  let from: EventStore;
  let to: EventStore;
  let opened: ReturnType<typeof openKeys>;
  let keyring: Keyring;

  beforeEach(async () => {
    [from, to] = [openStores().events, openStores().events];
    opened = openKeys();
    keyring = keyringOn(opened.keys);
    for (const n of range(60)) {
      await from.append(`journey-${String(n % 7)}`, 'any', [found(n)]);
      await from.append('school-1', 'any', [newEvent('SchoolRegistered', { n })]);
    }
  });

  const copy = (options: Partial<CopyOptions> = {}): Promise<Copied> =>
    copyLog(from, to, { keepsOrder: true, form: encryptedCopy(to, keyring, personal), ...options });
  const inClear = (log: EventStore) => encrypting(log, keyringOn(opened.connect()), personal);

  /** The number of events that are not chained to their predecessor. */
  const unchained = async (log: EventStore): Promise<number> => {
    const ends = new Map<string, string>();
    const { events } = await log.readStored(-1, 1_000);
    return events.filter((event) => {
      const { hash, chain } = hashed(event);
      const before = ends.get(event.stream) ?? '';
      ends.set(event.stream, hash);
      return chain?.hash !== hash || chain.previous !== before;
    }).length;
  };

  /** The event with the sealed hash of its command, if it is about a person. */
  const sealed = async (event: RecordedEvent): Promise<RecordedEvent> => {
    const { subject, command } = event.metadata;
    if (subject === undefined) return event;
    const key = (await keyring.forDecryption(new Set([subject]))).get(subject)!;
    const hash = sealedHash(command.hash, key);
    return { ...event, metadata: { ...event.metadata, command: { ...command, hash } } };
  };

  it('encrypts every personal field, seals every hash, chains every event, and changes nothing else', async () => {
    expect(await unchained(from)).toBe(120);
    expect(await copy()).toEqual({ events: 120, copied: 120 });

    const [originals, copies] = [await readWhole(from), await readWhole(to)];
    expect(copies.filter(isEncrypted)).toHaveLength(60);
    expect(JSON.stringify(copies)).not.toMatch(/by \d|"of"/);
    expect(await unchained(to)).toBe(0);
    const withoutChains = (await readWhole(inClear(to))).map(
      ({ metadata: { chain: _, ...metadata }, ...event }) => ({
        ...event,
        metadata,
      }),
    );
    expect(withoutChains).toEqual(await Promise.all(originals.map(sealed)));
    const about = copies.filter(({ metadata }) => metadata.subject !== undefined);
    expect(about).toHaveLength(60);
    expect(about.filter(({ metadata }) => !isSealedHash(metadata.command.hash))).toEqual([]);
  });

  it('can be appended to, encrypted and chained', async () => {
    await copy();
    const log = encrypting(chaining(to), keyring, personal);
    await log.append('journey-3', 'any', [found(3)]);

    expect(await unchained(to)).toBe(0);
    expect(await log.readStream('journey-3')).toHaveLength(10);
  });

  it('continues where it was interrupted, including chains', async () => {
    const append = to.append.bind(to);
    let left = 70;
    jest.spyOn(to, 'append').mockImplementation((...args) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('cut off')) : append(...args);
    });
    await expect(copy({ keepsOrder: false })).rejects.toThrow('cut off');
    left = Infinity;

    expect(await copy()).toEqual({ events: 120, copied: 50 });
    expect(await unchained(to)).toBe(0);
  });

  it('includes events that are already encrypted and chained', async () => {
    const log = encrypting(chaining(from), keyring, personal);
    await log.append('journey-3', 'any', [found(3)]);
    await copy();

    expect((await readWhole(to)).filter(isEncrypted)).toHaveLength(61);
    expect((await readWhole(inClear(to))).map(({ data }) => data)).toEqual(
      (await readWhole(log)).map(({ data }) => data),
    );
    expect(await unchained(to)).toBe(0);
  });

  it('does not restore the data of erased subjects', async () => {
    await keyring.destroy('p3', AT);
    await copy();

    const about = (await readWhole(inClear(to))).filter(({ metadata }) => metadata.subject === 'p3');
    expect(about.map(({ data }) => data)).toEqual(about.map(() => ({ kind: 'OTHER' })));
    expect(about.map(({ metadata }) => metadata.command.hash)).toEqual(about.map(() => '2.'));
    expect(about).not.toHaveLength(0);
  });

  it('is complete if a subject is erased after a part of it was copied', async () => {
    await copy();
    await keyring.destroy('p3', AT);
    expect(await copy()).toEqual({ events: 120, copied: 0 });
  });

  it.each<[string, (event: NewEvent) => NewEvent]>([
    ['a personal field', (event) => ({ ...event, data: { ...event.data, by: 'somebody else' } })],
    ['another field', (event) => ({ ...event, data: { ...event.data, kind: 'TRANSPORT' } })],
    ['metadata', (event) => ({ ...event, metadata: { ...event.metadata, actor: 'somebody else' } })],
  ])('is detected if it differs from its source in %s', async (_, other) => {
    const [first] = await readWhole(from);
    const log = encrypting(chaining(to), keyring, personal);
    const { id, type, data, metadata } = first!;
    await log.append('journey-0', 'none', [other({ id, type, data, metadata })]);

    await expect(copy()).rejects.toMatchObject({ code: 'TARGET_HOLDS_OTHERS' });
  });
});

import type { EventStore, NewEvent } from '@waymark/core/kernel';
import { type Keyring, encrypting } from '@waymark/core/log';
import { newEvent, range, readWhole } from '../../support/events';
import { keyringOn, openKeys } from '../../support/keys';
import { openStores } from '../../support/stores';

const personal = new Map([
  ['PupilRegistered', ['upn', 'forename']],
  ['BarrierFound', ['text']],
]);
const AT = '2026-03-01T09:00:00.000Z';

const registered = (subject: string, forename = 'Zara'): NewEvent =>
  newEvent('PupilRegistered', { upn: 'A123', school: '990401', forename }, { subject });

describe('an encrypting log', () => {
  let store: EventStore;
  let opened: ReturnType<typeof openKeys>;
  let keyring: Keyring;
  let log: EventStore;

  beforeEach(() => {
    store = openStores().events;
    opened = openKeys();
    keyring = keyringOn(opened.keys);
    log = encrypting(store, keyring, personal);
  });

  const dataIn = async (from: EventStore, stream = 'pupil-zara') =>
    (await from.readStream(stream)).map(({ data }) => data);

  it('stores personal fields encrypted together, and returns them as they were', async () => {
    await log.append('pupil-zara', 'none', [registered('zara')]);

    expect(await dataIn(store)).toEqual([
      { school: '990401', sealed: expect.stringMatching(/^1\.[\w-]{60,}$/) as string },
    ]);
    expect(await dataIn(log)).toEqual([{ upn: 'A123', school: '990401', forename: 'Zara' }]);
    expect((await readWhole(log)).map(({ data }) => data)).toEqual(await dataIn(log));
  });

  it('changes nothing else in an event', async () => {
    await log.append('pupil-zara', 'none', [registered('zara')]);
    const [[kept], [clear]] = [await store.readStream('pupil-zara'), await log.readStream('pupil-zara')];

    expect({ ...clear, data: undefined }).toEqual({ ...kept, data: undefined });
  });

  it('leaves events unchanged that have no personal fields, or no values in them', async () => {
    const events = [newEvent('ConsentGiven', { on: 'x' }), newEvent('BarrierFound', { kind: 'TRANSPORT' })];
    await log.append('journey-1', 'none', events);

    expect(await dataIn(store, 'journey-1')).toEqual(events.map(({ data }) => data));
    expect(await opened.keys.list(undefined, 1)).toEqual([]);
  });

  it('stores the hash of a command sealed with the key of its subject, also without personal fields', async () => {
    const about = (subject: string) => newEvent('ConsentGiven', { on: 'x' }, { subject });
    await log.append('journey-1', 'none', [about('zara'), about('omar'), about('zara')]);
    await log.append('school-1', 'none', [newEvent('SchoolRegistered')]);

    const hashes = (await store.readStream('journey-1')).map(({ metadata }) => metadata.command.hash);
    expect(hashes).toEqual(hashes.map(() => expect.stringMatching(/^2\.[0-9a-f]{32}$/) as string));
    expect([hashes[0] === hashes[2], hashes[0] === hashes[1]]).toEqual([true, false]);
    expect((await store.readStream('school-1'))[0]!.metadata.command.hash).toBe('unused');
  });

  it('refuses personal fields without a subject', async () => {
    const withoutSubject = newEvent('BarrierFound', { text: 'words' });

    await expect(log.append('journey-1', 'none', [withoutSubject])).rejects.toThrow(
      'event BarrierFound has personal fields but no subject',
    );
    expect(await store.readStream('journey-1')).toEqual([]);
  });

  it('refuses a field with the name reserved for encrypted data', async () => {
    const event = newEvent('BarrierFound', { text: 'words', sealed: true }, { subject: 'zara' });

    await expect(log.append('journey-1', 'none', [event])).rejects.toThrow('has a field named sealed');
  });

  it('returns fields that were never encrypted', async () => {
    await store.append('pupil-zara', 'none', [registered('zara')]);
    await log.append('pupil-zara', 0, [registered('zara', 'Zahra')]);

    expect(await dataIn(log)).toEqual([
      { upn: 'A123', school: '990401', forename: 'Zara' },
      { upn: 'A123', school: '990401', forename: 'Zahra' },
    ]);
  });

  it("encrypts each subject's fields with its own key, in any stream", async () => {
    const text = newEvent('BarrierFound', { text: 'about Omar' }, { subject: 'omar' });
    await log.append('journey-1', 'none', [registered('zara'), text]);
    await keyring.destroy('zara', AT);

    expect(await dataIn(log, 'journey-1')).toEqual([{ school: '990401' }, { text: 'about Omar' }]);
  });

  describe('whose key was destroyed', () => {
    beforeEach(async () => {
      await log.append('pupil-zara', 'none', [registered('zara')]);
      await log.readStream('pupil-zara');
      await keyring.destroy('zara', AT);
    });

    it('no longer returns the personal fields, and everything else as before', async () => {
      expect(await dataIn(log)).toEqual([{ school: '990401' }]);
      expect(await dataIn(encrypting(store, keyringOn(opened.connect()), personal))).toEqual([
        { school: '990401' },
      ]);
    });

    it('no longer returns personal fields that were never encrypted', async () => {
      await store.append('pupil-zara', 0, [registered('zara', 'Zahra')]);
      await store.append('pupil-omar', 'none', [registered('omar', 'Omar')]);

      expect(await dataIn(log)).toEqual([{ school: '990401' }, { school: '990401' }]);
      expect(await dataIn(log, 'pupil-omar')).toMatchObject([{ forename: 'Omar' }]);
    });

    it('stores nothing of the hash of a further command', async () => {
      await log.append('pupil-zara', 0, [registered('zara', 'Zahra')]);

      const [, last] = await store.readStream('pupil-zara');
      expect(last!.metadata.command.hash).toBe('2.');
    });

    it('stores further events without their personal fields', async () => {
      await log.append('pupil-zara', 0, [registered('zara', 'Zahra')]);

      expect(await dataIn(store)).toEqual([
        { school: '990401', sealed: expect.any(String) as string },
        { school: '990401' },
      ]);
    });
  });

  it('fails if the key is in another key store', async () => {
    await log.append('pupil-zara', 'none', [registered('zara')]);
    const elsewhere = encrypting(store, keyringOn(openKeys().keys), personal);

    await expect(elsewhere.readStream('pupil-zara')).rejects.toMatchObject({ code: 'KEY_MISSING' });
    await expect(elsewhere.readAll(-1, 10)).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it.each<[string, (event: NewEvent) => NewEvent]>([
    ['in another stream', (event) => event],
    ['under another id', (event) => ({ ...event, id: 'another' })],
    ['as another type', (event) => ({ ...event, type: 'BarrierFound' })],
    ['changed', (event) => ({ ...event, data: changed(event.data) })],
    ['cut', (event) => ({ ...event, data: { sealed: '1.AAAA' } })],
    ['in an unknown format', (event) => ({ ...event, data: { sealed: '2.AAAA' } })],
    ['not text', (event) => ({ ...event, data: { sealed: 1 } })],
  ])('refuses to decrypt data that is %s', async (name, tampered) => {
    await log.append('pupil-zara', 'none', [registered('zara')]);
    const { id, type, data, metadata } = (await store.readStream('pupil-zara'))[0]!;
    const stream = name === 'in another stream' ? 'pupil-omar' : 'pupil-zara';
    await store.append(stream, 'any', [tampered({ id, type, data, metadata })]);

    const read = log.readStream(stream);
    await expect(read).rejects.toMatchObject({ code: 'SEALED_DATA_CHANGED' });
    await expect(read).rejects.toThrow(/^((?!Zara|A123).)*belongs to another event\. Verify the log\.$/);
  });

  it('refuses to decrypt data of another subject or without a subject', async () => {
    await log.append('pupil-zara', 'none', [registered('zara')]);
    await log.append('pupil-omar', 'none', [registered('omar')]);
    const { id, type, data, metadata: known } = (await store.readStream('pupil-zara'))[0]!;
    const { subject: _, ...metadata } = known;
    const event = { id, type, data };
    await store.append('pupil-1', 'none', [{ ...event, metadata: { ...metadata, subject: 'omar' } }]);
    await store.append('pupil-2', 'none', [{ ...event, metadata }]);

    for (const stream of ['pupil-1', 'pupil-2'])
      await expect(log.readStream(stream)).rejects.toMatchObject({ code: 'SEALED_DATA_CHANGED' });
  });

  it('loads each key once, and not again while it is in memory', async () => {
    for (const n of range(20)) await log.append('pupil-zara', 'any', [registered(`p${String(n % 4)}`)]);
    const other = opened.connect();
    const load = jest.spyOn(other, 'load');
    const again = encrypting(store, keyringOn(other), personal);
    await again.readStream('pupil-zara');
    await again.readStream('pupil-zara');

    expect(load.mock.calls).toEqual([[['p0', 'p1', 'p2', 'p3']]]);
  });
});

const changed = (data: object): object => {
  const { sealed } = data as { sealed: string };
  const [before, at, after] = [sealed.slice(0, 30), sealed[30], sealed.slice(31)];
  return { ...data, sealed: before + (at === 'A' ? 'B' : 'A') + after };
};

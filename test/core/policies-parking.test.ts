import {
  AppendTooLarge,
  type EventStore,
  policiesOf,
  type Policy,
  type Refusal,
  type RowStore,
  StreamDamaged,
} from '@waymark/core/kernel';
import { projections } from '@waymark/core/projections';
import { POLICIES } from '@waymark/core/reactions';
import { newEvent, range, readWhole } from '../support/events';
import { CountLocker, InstallLocker, OpenHall, send, StoreItems, type ToyEvents } from '../support/lockers';
import { Service, type ServiceOptions } from '../support/service';
import { type Connection, openStores } from '../support/stores';

jest.setTimeout(20_000);

const KNOWN = [
  'LockerInstalled',
  'ItemStored',
  'LockerRemoved',
  'HallOpened',
  'LockerCounted',
  'ValueClaimed',
];

describe('a stream whose event a policy cannot react to', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  let service: Service;
  /** Items that the policy cannot react to. */
  const puzzling = new Set<string>();

  /** Counts each item in the hall, as the locker's name and the item's. */
  const counting: Policy = policiesOf<ToyEvents>()('counting', {
    ItemStored: ({ stream, data: { item } }) => {
      if (puzzling.has(item)) throw new Error(`what about ${item}`);
      const locker = `${stream.replace('locker-', '')} ${item}`;
      return [{ module: 'hall', id: 'north', command: Object.assign(new CountLocker(), { locker }) }];
    },
  });
  const working = (options: ServiceOptions = {}, of: Connection = stores): Promise<Service> =>
    Service.working(of, {
      ...{ policies: [counting], views: [] },
      known: new Set([...KNOWN, ...projections.folds.keys()]),
      ...options,
    });

  beforeEach(async () => {
    puzzling.clear();
    stores = openStores();
    ({ events } = stores);
    service = await working();
    await send(service.submitter, 'hall-north', OpenHall, { room: 100 });
    for (const id of ['a', 'b'])
      await send(service.submitter, `locker-${id}`, InstallLocker, { number: id, hall: 'north' });
  });

  const store = (locker: string, ...items: string[]) =>
    send(service.submitter, `locker-${locker}`, StoreItems, { items });
  const counted = async (): Promise<string[]> =>
    (await readWhole(events)).flatMap(({ type, data }) =>
      type === 'LockerCounted' ? [(data as { locker: string }).locker] : [],
    );
  const waiting = async () =>
    (await service.parking.list()).map(({ view, key, parked }) => [view, key, parked.waiting]);
  const retry = () => service.parking.retry(POLICIES.name, 'locker-a');
  const caughtUp = () => service.caughtUp();

  it('is parked with its later events waiting in order, while other streams continue', async () => {
    puzzling.add('bomb');
    await store('a', 'bag', 'bomb', 'coat');
    await store('b', 'bag');
    await caughtUp();
    await store('a', 'shoes');
    await store('b', 'coat');
    await caughtUp();

    expect((await counted()).sort()).toEqual(['a bag', 'b bag', 'b coat']);
    expect(await service.parking.list()).toEqual([
      {
        ...{ view: 'policies', version: 1, generation: 1, key: 'locker-a' },
        parked: expect.objectContaining({
          ...{ type: 'ItemStored', error: 'policy counting: what about bomb', waiting: 2 },
        }) as object,
      },
    ]);
    expect(service.faults).toEqual([
      expect.stringMatching(
        /^a stream of the policies: event ItemStored .* cannot be processed: .*what about bomb$/,
      ),
    ]);
  });

  it('continues in order after the fix, with each command submitted once', async () => {
    puzzling.add('bomb');
    await store('a', 'bag', 'bomb', 'coat', 'shoes');
    await caughtUp();
    puzzling.clear();

    expect(await retry()).toEqual([]);
    expect(await counted()).toEqual(['a bag', 'a bomb', 'a coat', 'a shoes']);
    await store('a', 'scarf');
    await caughtUp();
    await expect(retry()).rejects.toMatchObject({ code: 'NOT_PARKED' });
    expect(await counted()).toEqual(['a bag', 'a bomb', 'a coat', 'a shoes', 'a scarf']);
  });

  it('is parked at the next failing event, with the events before it reacted to', async () => {
    puzzling.add('bomb');
    await store('a', 'bag', 'bomb', 'coat', 'mine', 'shoes');
    await caughtUp();
    puzzling.clear();
    puzzling.add('mine');

    expect(await retry()).toMatchObject([{ parked: { error: expect.stringContaining('mine') as string } }]);
    expect([await counted(), await waiting()]).toEqual([
      ['a bag', 'a bomb', 'a coat'],
      [['policies', 'locker-a', 1]],
    ]);
  });

  it('continues without the event if it is skipped', async () => {
    puzzling.add('bomb');
    await store('a', 'bag', 'bomb', 'coat');
    await caughtUp();
    expect(await service.parking.skip('policies', 'locker-a', 'counted by hand', 'clerk')).toEqual([]);

    expect(await counted()).toEqual(['a bag', 'a coat']);
    expect((await readWhole(events)).find(({ type }) => type === 'EventSkipped')).toMatchObject({
      data: { view: 'policies', version: 1, reason: 'counted by hand' },
    });
    // Also if everything is reacted to again because the checkpoint was lost.
    const again = await working({}, { ...openStores(), events });
    await again.caughtUp();
    expect(await counted()).toEqual(['a bag', 'a coat']);
  });

  it('is also parked if a command cannot be decided', async () => {
    await events.append('hall-north', 'any', [newEvent('HallFlooded')]);
    await store('a', 'bag');
    await caughtUp();

    expect(await waiting()).toEqual([['policies', 'locker-a', 0]]);
  });

  it("is also parked if a command's events are too large for the store", async () => {
    await service.stop();
    await store('a', 'bag');
    const large = Object.create(events, {
      append: { value: () => Promise.reject(new AppendTooLarge(2_000_000, 1_000_000)) },
    }) as EventStore;
    service = await working({}, { ...stores, events: large });
    await caughtUp();

    const error = expect.stringContaining('2000000 bytes') as string;
    expect(await service.parking.list()).toMatchObject([{ key: 'locker-a', parked: { error } }]);
  });

  it('is also parked if the stream of a command was changed in the store', async () => {
    await service.stop();
    await store('a', 'bag');
    const damaged = Object.create(events, {
      readStream: {
        value: (...[stream, options]: Parameters<EventStore['readStream']>) =>
          stream === 'hall-north'
            ? Promise.reject(new StreamDamaged('STREAM_CHANGED', stream, 'It was changed.'))
            : events.readStream(stream, options),
      },
    }) as EventStore;
    service = await working({}, { ...stores, events: damaged });
    await caughtUp();

    expect(await waiting()).toEqual([['policies', 'locker-a', 0]]);
    await service.stop();
    service = await working();
    expect(await counted()).toEqual([]);
    await retry();
    expect(await counted()).toEqual(['a bag']);
  });

  it('is not parked if a retry may help, and loses nothing', async () => {
    let failures = 0;
    const failing = Object.create(events, {
      readStream: {
        value: (...args: Parameters<EventStore['readStream']>) =>
          args[0] === 'hall-north' && failures++ < 2
            ? Promise.reject(new Error('no answer'))
            : events.readStream(...args),
      },
    }) as EventStore;
    await service.stop();
    service = await working({}, { ...stores, events: failing });
    await store('a', 'bag', 'coat');
    for (const _attempt of range(3)) await caughtUp();

    expect(failures).toBeGreaterThan(2);
    expect(service.faults).toContain('policies: Error: no answer');
    expect([await counted(), await waiting()]).toEqual([['a bag', 'a coat'], []]);
  });

  it('stops, as do all others, at an event of a version that has yet to take over', async () => {
    await store('a', 'bag');
    await caughtUp();
    await service.stop();
    await events.append('locker-a', 'any', [newEvent('ItemStored', { item: 'riddle' }, { schema: 2 })]);
    service = await working({ known: new Set(KNOWN.filter((type) => type !== 'ItemStored')) });
    await caughtUp();
    expect([await counted(), await waiting()]).toEqual([['a bag'], []]);
    expect(service.faults).toContain('policies: Error: event ItemStored is not known to this version');

    await service.stop();
    service = await working();
    await caughtUp();
    expect(await counted()).toEqual(['a bag', 'a riddle']);
  });

  it('is not parked again because of an outdated read', async () => {
    puzzling.add('bomb');
    await store('a', 'bag', 'bomb');
    await caughtUp();
    await service.stop();
    // The owner has read that the stream is parked, just as it is released elsewhere.
    const { rows } = stores;
    let retrying: Promise<unknown> | undefined;
    const overtaken = Object.assign(Object.create(rows) as RowStore, {
      commit: async (...args: Parameters<RowStore['commit']>) => {
        puzzling.clear();
        const options = { policies: [counting], views: [] };
        await (retrying ??= new Service(stores.connect(), options).parking.retry('policies', 'locker-a'));
        return rows.commit(...args);
      },
    });
    service = await working({}, { ...stores, rows: overtaken });
    await store('a', 'coat');
    for (const _look of [1, 2]) await caughtUp();

    expect(await retrying).toEqual([]);
    expect([await counted(), await waiting()]).toEqual([['a bag', 'a bomb', 'a coat'], []]);
  });

  it('is released although more events arrive meanwhile, with everything reacted to in order', async () => {
    puzzling.add('bomb');
    await store('a', 'bag', 'bomb');
    await caughtUp();
    puzzling.clear();
    const releases = range(3).map(() => retry().catch((error: unknown) => (error as Refusal).code));
    await store('a', 'coat');
    await Promise.all([caughtUp(), store('a', 'shoes').then(caughtUp)]);
    for (const released of await Promise.all(releases)) expect([[], 'NOT_PARKED']).toContainEqual(released);
    await caughtUp();

    expect(await counted()).toEqual(['a bag', 'a bomb', 'a coat', 'a shoes']);
    expect(await waiting()).toEqual([]);
  });
});

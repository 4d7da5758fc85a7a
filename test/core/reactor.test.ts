import { type EventStore, policiesOf, type Policy, WrongExpectedRevision } from '@waymark/core/kernel';
import { Skips } from '@waymark/core/projections';
import { Reactor, type ReactorOptions } from '@waymark/core/reactions';
import { range, readWhole } from '../support/events';
import {
  CountLocker,
  InstallLocker,
  OpenHall,
  RemoveLocker,
  send,
  StoreItems,
  submitterOver,
  type ToyEvents,
} from '../support/lockers';
import { afterwards, type Connection, openStores } from '../support/stores';

/** When a locker is installed, its hall counts it. If the hall is full, the locker is removed again. */
const installed = jest.fn();
const countingAs = (nameOf: (locker: string) => string): Policy =>
  policiesOf<ToyEvents>()('counting', {
    LockerInstalled: ({ stream, data }) => {
      installed(stream);
      const locker = stream.replace('locker-', '');
      return [
        {
          module: 'hall',
          id: data.hall,
          command: Object.assign(new CountLocker(), { locker: nameOf(locker) }),
          refused: ({ code }) => [
            { module: 'locker', id: locker, command: Object.assign(new RemoveLocker(), { reason: code }) },
          ],
        },
      ];
    },
  });
const counting = countingAs((locker) => locker);

describe('Reactor', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  let submitter: ReturnType<typeof submitterOver>;

  beforeEach(async () => {
    installed.mockClear();
    stores = openStores();
    ({ events } = stores);
    submitter = submitterOver(events);
    await send(submitter, 'hall-north', OpenHall, { room: 2 });
  });

  const reactorOver = (on: Connection, options: Partial<ReactorOptions> = {}): Reactor =>
    new Reactor({
      ...on,
      policies: [counting],
      submitter: submitterOver(on.events),
      skips: new Skips(on.events),
      now: () => '2025-09-03T16:00:00.000Z',
      onFailed: (error) => {
        throw error;
      },
      ...options,
    });
  const started = (reactor: Reactor): Reactor => {
    afterwards(() => reactor.stop());
    reactor.start();
    return reactor;
  };
  const install = (id: string, rest = {}) =>
    send(submitter, `locker-${id}`, InstallLocker, { number: id, hall: 'north' }, rest);
  const datas = async (type: string) =>
    (await readWhole(events)).filter((event) => event.type === type).map(({ data }) => data);

  it('submits the commands that follow from an event, with the policy as actor and the same correlation', async () => {
    await install('a1', { correlation: 'request-9' });
    await reactorOver(stores).catchUp();

    const log = await readWhole(events);
    const cause = log.find(({ type }) => type === 'LockerInstalled')!;
    expect(log.at(-1)).toMatchObject({
      type: 'LockerCounted',
      stream: 'hall-north',
      data: { locker: 'a1' },
      metadata: {
        actor: 'policy:counting',
        correlation: 'request-9',
        causation: cause.id,
        command: { id: submitter.ids.of('counting', cause.id, 'then.0') },
      },
    });
  });

  it('has one effect although everything is reacted to again, as after a crash before the checkpoint', async () => {
    await install('a1');
    await install('b2');
    await reactorOver(stores).catchUp();
    const head = await events.head();

    await reactorOver({ events, rows: openStores().rows }).catchUp();
    expect(installed).toHaveBeenCalledTimes(4);
    expect(await events.head()).toBe(head);
    expect(await datas('LockerCounted')).toEqual([{ locker: 'a1' }, { locker: 'b2' }]);
  });

  it('has one effect although two processes react to the same growing log', async () => {
    await send(submitter, 'hall-south', OpenHall, { room: 100 });
    const reactors = [stores, stores.connect()].map((each) => started(reactorOver(each)));
    const ids = range(30).map((n) => `l${String(n)}`);
    await Promise.all(
      ids.map((id) => send(submitter, `locker-${id}`, InstallLocker, { number: id, hall: 'south' })),
    );
    const head = await events.head();
    await Promise.all(reactors.map((each) => each.reached(head, 10_000)));

    expect((await datas('LockerCounted')).map((data) => (data as { locker: string }).locker).sort()).toEqual(
      ids.sort(),
    );
  });

  it('submits the reaction to a refusal once, and does nothing if that is refused too', async () => {
    for (const id of ['a1', 'b2', 'c3', 'd4']) await install(id);
    await send(submitter, 'locker-d4', StoreItems, { items: ['bag'] });
    await reactorOver(stores).catchUp();
    await reactorOver({ events, rows: openStores().rows }).catchUp();

    expect(await datas('LockerCounted')).toEqual([{ locker: 'a1' }, { locker: 'b2' }]);
    expect((await readWhole(events)).filter(({ type }) => type === 'LockerRemoved')).toEqual([
      expect.objectContaining({ stream: 'locker-c3', data: { reason: 'HALL_FULL' } }),
    ]);
  });

  it('continues where it was after a restart', async () => {
    await install('a1');
    await reactorOver(stores).catchUp();
    await install('b2');
    await reactorOver(stores.connect()).catchUp();

    expect(installed.mock.calls).toEqual([['locker-a1'], ['locker-b2']]);
    expect(await datas('LockerCounted')).toEqual([{ locker: 'a1' }, { locker: 'b2' }]);
  });

  it('recognises that another process has reacted to everything up to a position, although its checkpoint does not advance over other events', async () => {
    await install('a1');
    const other = reactorOver(stores.connect());
    await other.catchUp();
    const { position } = await send(submitter, 'hall-south', OpenHall, { room: 1 });
    await other.catchUp();
    const reactor = reactorOver(stores);
    await reactor.own(undefined);

    expect(await reactor.reached(position, 0)).toBe(true);
    expect(await reactor.reached(position + 1, 0)).toBe(false);
    const { position: next } = await install('b2');
    expect(await reactor.reached(next - 1, 0)).toBe(true);
    expect(await reactor.reached(next, 0)).toBe(false);
    await other.catchUp();
    expect(await reactor.reached(next, 0)).toBe(true);
  });

  it('knows which events lead to reactions, and when it has reacted to everything up to a position', async () => {
    const reactor = started(reactorOver(stores));
    const { position, events: types } = await install('a1');
    await reactor.reached(position, 10_000);

    expect(await datas('LockerCounted')).toEqual([{ locker: 'a1' }]);
    expect([reactor.concerns(types), reactor.concerns(['LockerCounted'])]).toEqual([true, false]);
  });

  it('does not treat contention as a refusal: nothing follows from it, and the command is retried', async () => {
    await install('a1');
    let overtaken = 20;
    const contended = Object.create(events, {
      append: {
        value: (...args: Parameters<EventStore['append']>) =>
          overtaken-- > 0
            ? Promise.reject(new WrongExpectedRevision(args[0], args[1], 99))
            : events.append(...args),
      },
    }) as EventStore;
    const onFailed = jest.fn();
    const reactor = reactorOver(stores, { submitter: submitterOver(contended), onFailed });
    await reactor.catchUp();
    expect(onFailed).toHaveBeenCalledTimes(1);
    await reactor.catchUp();

    expect(await datas('LockerRemoved')).toEqual([]);
    expect(await datas('LockerCounted')).toEqual([{ locker: 'a1' }]);
  });

  it('treats a command that an earlier version of the policy submitted as done, although it would now differ', async () => {
    await install('a1');
    await reactorOver(stores).catchUp();
    const head = await events.head();
    const policies = [countingAs(() => 'renamed')];
    await reactorOver({ events, rows: openStores().rows }, { policies }).catchUp();
    expect(await events.head()).toBe(head);
  });

  describe('if the log cannot be read', () => {
    let readings: number;
    let failing: EventStore;
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate'] });
      afterwards(() => jest.useRealTimers());
      readings = 0;
      failing = Object.create(events, {
        onAppended: { value: () => () => undefined }, // only the reactor itself triggers the retry
        readAll: {
          value: (...args: Parameters<EventStore['readAll']>) =>
            (readings += 1) === 1 ? Promise.reject(new Error('no log')) : events.readAll(...args),
        },
      }) as EventStore;
    });

    it('retries', async () => {
      const { position } = await install('a1');
      const onFailed = jest.fn();
      const reactor = started(reactorOver(stores, { events: failing, onFailed }));
      const reached = reactor.reached(position, 3_600_000);
      await reactor.catchUp();
      expect(onFailed.mock.calls).toEqual([[new Error('no log')]]);

      jest.advanceTimersByTime(60_000);
      await reached;
      expect(await datas('LockerCounted')).toEqual([{ locker: 'a1' }]);
    });

    it('does not retry after it was stopped', async () => {
      const onFailed = jest.fn();
      const failure = new Promise((failed) => onFailed.mockImplementation(failed));
      const reactor = started(reactorOver(stores, { events: failing, onFailed }));
      await failure;
      await reactor.stop();
      expect(onFailed).toHaveBeenCalledTimes(1);

      jest.advanceTimersByTime(60_000);
      await reactor.stop();
      expect(readings).toBe(1);
    });
  });
});

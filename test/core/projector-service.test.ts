import type { EventStore, View } from '@waymark/core/kernel';
import { range, readWhole } from '../support/events';
import { afterwards, openStores } from '../support/stores';
import { contents, folded, type Projecting, projectorOver, put, rowsOf, viewNames } from '../support/views';

const LONG = 20_000;
jest.setTimeout(30_000);

describe('Projector as part of a service', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;

  beforeEach(() => {
    stores = openStores();
    ({ events } = stores);
  });

  const started = async (projector: Projecting): Promise<Projecting> => {
    afterwards(() => projector.stop());
    await projector.start();
    return projector;
  };
  const expectTheWholeLogOnce = async (): Promise<void> =>
    expect(await rowsOf(stores.rows)).toEqual(folded(await readWhole(events)));

  it('yields to other work while it has much to catch up on', async () => {
    await put(events, 'a', ...range(100).map(String));
    let done = false;
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await projectorOver(stores, { page: 10, window: 100 }).catchUp();
    done = true;

    // At least one per page.
    expect(turns).toBeGreaterThanOrEqual(10);
  });

  it.each([
    ['events', 'readAll'],
    ['rows', 'load'],
    ['rows', 'commit'],
  ] as const)('recovers when %s temporarily fail to %s, without stopping a view', async (store, method) => {
    let failures = 0;
    const works = (stores[store] as unknown as Record<string, (...args: unknown[]) => unknown>)[method]!;
    const failing = Object.create(stores[store], {
      [method]: {
        value: (...args: unknown[]) =>
          failures < 3 ? Promise.reject(new Error('not now')) : works.apply(stores[store], args),
      },
    }) as never;
    // Each failure appends another event, which wakes the projector, so the test need not wait for the retry.
    let failed = (): void => undefined;
    const outlived = new Promise<void>((resolve) => {
      failed = () => {
        failures += 1;
        if (failures === 3) resolve();
        else void put(events, 'a', 'bag');
      };
    });
    const services = { ...stores, [store]: failing };
    const projector = await started(projectorOver(services, { onFailed: () => failed() }));
    await put(events, 'a', 'shoes');
    await outlived;
    const { position } = await put(events, 'a', 'coat');

    expect(await projector.reached(viewNames, position, LONG)).toBe(true);
    expect(projector.states().map(({ stopped }) => stopped)).toEqual([undefined, undefined]);
    await expectTheWholeLogOnce();
  });

  it('retries after a failure even if no event wakes it', async () => {
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate'] });
    afterwards(() => jest.useRealTimers());
    const { position } = await put(events, 'a', 'bag');
    let readings = 0;
    const failing = Object.create(events, {
      onAppended: { value: () => () => undefined },
      readAll: {
        value: (...args: Parameters<EventStore['readAll']>) =>
          (readings += 1) === 1 ? Promise.reject(new Error('not now')) : events.readAll(...args),
      },
    }) as EventStore;
    let failed = (): void => undefined;
    const failure = new Promise<void>((resolve) => (failed = resolve));
    const projector = await started(
      projectorOver({ ...stores, events: failing }, { onFailed: () => failed() }),
    );
    const reached = projector.reached(viewNames, position, 3_600_000);
    await failure;
    jest.advanceTimersByTime(60_000);

    expect(await reached).toBe(true);
  });

  it('continues after a restart with the events recorded meanwhile', async () => {
    const projector = await started(projectorOver(stores));
    await put(events, 'a', 'bag');
    await projector.stop();
    const meanwhile = await put(events, 'a', 'coat');
    await projector.start();

    expect(await projector.reached(viewNames, meanwhile.position, LONG)).toBe(true);
    const later = await put(events, 'a', 'shoes');
    expect(await projector.reached(viewNames, later.position, LONG)).toBe(true);
    await expectTheWholeLogOnce();
  });

  it('does not miss an event appended just as it reaches the end of the log', async () => {
    await put(events, 'a', 'bag', 'coat');
    const log = await readWhole(events);
    for (const ticks of range(20)) {
      const visible = [log[0]!];
      let late: Promise<void> | undefined;
      const appearing = Object.create(events, {
        readAll: {
          value: (after: number) => {
            const page = visible.filter(({ position }) => position > after);
            if (page.length === 0 && !late) {
              late = (async () => {
                for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
                visible.push(log[1]!);
                await projector.catchUp();
              })();
            }
            return Promise.resolve({ events: page, through: page.at(-1)?.position ?? after });
          },
        },
      }) as EventStore;
      const projector = projectorOver(
        { ...stores, events: appearing },
        { views: [{ ...(contents as View), version: ticks }] },
      );
      await projector.catchUp();
      await late;

      expect(projector.states()[0]!.position).toBe(log[1]!.position);
    }
  });
});

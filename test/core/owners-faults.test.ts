import type { ControlStore } from '@waymark/core/kernel';
import { waitForRelease } from '@waymark/core/projections';
import { range } from '../support/events';
import { MemberProcess, settled } from '../support/members';
import { afterwards, openStores } from '../support/stores';

const NAMES = range(6).map((n) => `view-${String(n)}@1`);
const ALL = [...NAMES].sort();

/** A control store with one method replaced. */
const but = <Method extends keyof ControlStore>(
  control: ControlStore,
  method: Method,
  instead: ControlStore[Method],
): ControlStore => Object.create(control, { [method]: { value: instead } }) as ControlStore;

describe('owners', () => {
  let stores: ReturnType<typeof openStores>;
  let control: ControlStore;
  beforeEach(() => {
    stores = openStores();
    ({ control } = stores.rows);
  });

  it.each(['get', 'list', 'put'] as const)(
    'keep what they own and report the failure while the control store fails to %s',
    async (method) => {
      let failing = false;
      const works = control[method].bind(control) as (...args: unknown[]) => Promise<never>;
      const flaky = but(control, method, (...args: unknown[]) =>
        failing ? Promise.reject(new Error('no answer')) : works(...args),
      );
      const [a, b] = [new MemberProcess('a', flaky, NAMES), new MemberProcess('b', control, NAMES)];
      await a.look();
      failing = true;
      await b.look(); // now there is something to release, which calls `get`
      await a.look();
      expect(a.failures).toContainEqual(new Error('no answer'));

      failing = false;
      await settled(a, b);
      expect([...a.names(), ...b.names()].sort()).toEqual(ALL);
      expect([a.owned.size > 0, b.owned.size > 0]).toEqual([true, true]);
    },
  );

  it('own row sets under a new epoch if the response to taking them was lost', async () => {
    let lose = true;
    const losing = but(control, 'put', async (id, expected, doc) => {
      const revision = await control.put(id, expected, doc);
      if (lose && id.startsWith('owner/')) throw new Error('the answer was lost');
      return revision;
    });
    const a = new MemberProcess('a', losing, NAMES);
    await a.look();
    expect([a.names(), a.failures]).toEqual([[], [new Error('the answer was lost')]]);

    lose = false;
    await a.look();
    expect([a.names(), a.owned.get(NAMES[0]!)]).toEqual([ALL, 2]);
  });

  it('rejoin the members if the response to their own heartbeat was lost', async () => {
    let lose = true;
    const losing = but(control, 'put', async (...args) => {
      const revision = await control.put(...args);
      if (lose) throw new Error('the answer was lost');
      return revision;
    });
    const a = new MemberProcess('a', losing, NAMES);
    await a.look();
    lose = false;
    await a.look();

    expect(a.names()).toEqual(ALL);
  });

  it('release eventually what they could not release at first', async () => {
    let failing = false;
    const a: MemberProcess = new MemberProcess('a', control, NAMES, {
      onOwned: (owned) => {
        if (failing) return Promise.reject(new Error('cannot let go now'));
        a.takes(owned);
        return Promise.resolve();
      },
    });
    await a.look();
    const b = new MemberProcess('b', control, NAMES);
    await b.look();
    failing = true;
    await a.look();
    await b.look();
    // No member takes what another has not released.
    expect([a.names(), b.names()]).toEqual([ALL, []]);

    failing = false;
    await settled(a, b);
    expect([...a.names(), ...b.names()].sort()).toEqual(ALL);
    expect(b.owned.size).toBeGreaterThan(0);
  });

  it('do not release what they are still working on', async () => {
    let done = (): void => undefined;
    const busy: { until: Promise<void> } = { until: Promise.resolve() };
    const a = new MemberProcess('a', control, NAMES, { onOwned: () => busy.until });
    await a.look();
    const b = new MemberProcess('b', control, NAMES);
    await b.look();
    busy.until = new Promise((resolve) => (done = resolve));
    const looking = a.look();
    for (const _look of [1, 2, 3]) await b.look();
    expect(b.names()).toEqual([]);

    done();
    await looking;
    await b.look();
    expect(b.names()).not.toEqual([]);
  });

  it('take back, under a new epoch, what another process took over but does not want', async () => {
    const a = new MemberProcess('a', control, NAMES);
    await a.look();
    a.owners.lost(NAMES[2]!);
    await a.look();

    expect(NAMES.map((name) => a.owned.get(name))).toEqual([1, 1, 2, 1, 1, 1]);
  });

  it('do not miss a change made during a round', async () => {
    const wanted = [NAMES[0]!];
    let first = true;
    const a = new MemberProcess('a', control, [], {
      wanted: () => {
        const seen = [...wanted];
        if (first) wanted.push(NAMES[1]!); // just too late for this round
        first = false;
        return Promise.resolve(seen);
      },
    });
    await Promise.all([a.look(), a.look(), a.look()]);

    expect(a.names()).toEqual([NAMES[0], NAMES[1]]);
  });

  it('run rounds periodically, and hand over without further calls', async () => {
    const [a, b] = ['a', 'b'].map((name) => new MemberProcess(name, control, NAMES, { interval: 5 }));
    await a!.owners.start();
    expect(a!.names()).toEqual(ALL);

    await b!.owners.start();
    afterwards(() => b!.owners.stop());
    await b!.owns(1);
    await a!.owners.stop();
    await b!.owns(NAMES.length);
    expect([a!.names(), b!.names()]).toEqual([[], ALL]);
  });

  it('are waited for before rows are dropped, but only for a limited time', async () => {
    const a = new MemberProcess('a', control, NAMES);
    await a.look();
    let letGo = false;
    const waiting = waitForRelease(control, NAMES[0]!, 60_000).then(() => (letGo = true));
    await waitForRelease(control, NAMES[0]!, 50);
    expect(letGo).toBe(false);

    await a.owners.stop();
    await waiting;
    expect(letGo).toBe(true);
  });
});

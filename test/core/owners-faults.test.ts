import type { ControlStore } from '@waymark/core/kernel';
import { letGoOf } from '@waymark/core/projections';
import { range } from '../support/events';
import { MemberProcess, settled } from '../support/members';
import { afterwards, openStores } from '../support/stores';

const NAMES = range(6).map((n) => `view-${String(n)}@1`);
const ALL = [...NAMES].sort();

/** A control store as it was, but for one method. */
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
    'outlive a control store that fails to %s, keep what they own meanwhile, and say so',
    async (method) => {
      let failing = false;
      const works = control[method].bind(control) as (...args: unknown[]) => Promise<never>;
      const flaky = but(control, method, (...args: unknown[]) =>
        failing ? Promise.reject(new Error('no answer')) : works(...args),
      );
      const [a, b] = [new MemberProcess('a', flaky, NAMES), new MemberProcess('b', control, NAMES)];
      await a.look();
      failing = true;
      await b.look(); // now there is something to let go of, which takes a `get`
      await a.look();
      expect(a.failures).toContainEqual(new Error('no answer'));

      failing = false;
      await settled(a, b);
      expect([...a.names(), ...b.names()].sort()).toEqual(ALL);
      expect([a.owned.size > 0, b.owned.size > 0]).toEqual([true, true]);
    },
  );

  it('own under a new epoch what they took without hearing that they had', async () => {
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

  it('are among the others again where their own sign of life was lost', async () => {
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

  it('let go in the end of what they could not let go of at once', async () => {
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
    // Nobody takes what another has not let go of.
    expect([a.names(), b.names()]).toEqual([ALL, []]);

    failing = false;
    await settled(a, b);
    expect([...a.names(), ...b.names()].sort()).toEqual(ALL);
    expect(b.owned.size).toBeGreaterThan(0);
  });

  it('keep from others what they are still busy with', async () => {
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

  it('take again, under a new epoch, what another took and does not want', async () => {
    const a = new MemberProcess('a', control, NAMES);
    await a.look();
    a.owners.lost(NAMES[2]!);
    await a.look();

    expect(NAMES.map((name) => a.owned.get(name))).toEqual([1, 1, 2, 1, 1, 1]);
  });

  it('miss nothing that changes while they look', async () => {
    const wanted = [NAMES[0]!];
    let first = true;
    const a = new MemberProcess('a', control, [], {
      wanted: () => {
        const seen = [...wanted];
        if (first) wanted.push(NAMES[1]!); // just too late for this look
        first = false;
        return Promise.resolve(seen);
      },
    });
    await Promise.all([a.look(), a.look(), a.look()]);

    expect(a.names()).toEqual([NAMES[0], NAMES[1]]);
  });

  it('look around by themselves, and hand over by themselves', async () => {
    const [a, b] = ['a', 'b'].map((name) => new MemberProcess(name, control, NAMES, { every: 5 }));
    await a!.owners.start();
    expect(a!.names()).toEqual(ALL);

    await b!.owners.start();
    afterwards(() => b!.owners.stop());
    await b!.owns(1);
    await a!.owners.stop();
    await b!.owns(NAMES.length);
    expect([a!.names(), b!.names()]).toEqual([[], ALL]);
  });

  it('are waited for where rows are to be forgotten, but not for ever', async () => {
    const a = new MemberProcess('a', control, NAMES);
    await a.look();
    let letGo = false;
    const waiting = letGoOf(control, NAMES[0]!, 60_000).then(() => (letGo = true));
    await letGoOf(control, NAMES[0]!, 50);
    expect(letGo).toBe(false);

    await a.owners.stop();
    await waiting;
    expect(letGo).toBe(true);
  });
});

import { spawnSync } from 'node:child_process';
import { type ControlStore, Fenced, type RowSet, START } from '@waymark/core/kernel';
import { waitForRelease, ownerEpoch, takeOver } from '@waymark/core/projections';
import { randomFrom } from '../crash/moments';
import { range } from '../support/events';
import { MemberProcess, ownersAmong, settled, stopClock } from '../support/members';
import { afterwards, openStores } from '../support/stores';

const NAMES = range(12).map((n) => `view-${String(n)}@1`);
const PATIENCE = 3_000;

describe('owners', () => {
  let stores: ReturnType<typeof openStores>;
  let control: ControlStore;
  beforeEach(() => {
    stopClock();
    afterwards(() => jest.useRealTimers());
    stores = openStores();
    ({ control } = stores.rows);
  });

  const member = (name: string, wanted = NAMES, options = {}): MemberProcess =>
    new MemberProcess(name, stores.connect().rows.control, wanted, options);
  const pass = (ms: number): void => jest.advanceTimersByTime(ms);

  describe('of row sets', () => {
    it('are one per row set, and every process has a share', async () => {
      const members = ['a', 'b', 'c'].map((name) => member(name));
      await settled(...members);

      expect(ownersAmong(members, NAMES)).toEqual(
        NAMES.map(() => expect.stringMatching(/^[abc]$/) as string),
      );
      expect(members.map(({ owned }) => owned.size > 0)).toEqual([true, true, true]);
    });

    it('are never two while all are running, whichever processes join, leave or run rounds', async () => {
      const seed = Date.now() % 2 ** 31;
      const random = randomFrom(seed);
      const members = range(4).map((n) => member(`m${String(n)}`));
      const there = new Set<MemberProcess>();
      for (const step of range(300)) {
        const one = members[Math.floor(random() * members.length)]!;
        if (there.has(one) && random() < 0.05) {
          await one.owners.stop();
          there.delete(one);
          members[members.indexOf(one)] = member(`m${String(step)}-again`);
        } else {
          await one.look();
          there.add(one);
        }
        const several = ownersAmong([...there], NAMES).filter((owners) => owners.includes('and'));
        expect([seed, step, several]).toEqual([seed, step, []]);
      }
      await settled(...there);
      expect([seed, ownersAmong([...there], NAMES)]).not.toEqual([seed, expect.arrayContaining([''])]);
    });

    it('stay the same while nothing changes, with the same epochs', async () => {
      const members = ['a', 'b'].map((name) => member(name));
      await settled(...members);
      const before = members.map(({ owned }) => [...owned]);
      await settled(...members);

      expect(members.map(({ owned }) => [...owned])).toEqual(before);
    });

    it('change for few row sets when a process joins, and are released before it takes them', async () => {
      const [a, b] = [member('a'), member('b')];
      await settled(a, b);
      const before = ownersAmong([a, b], NAMES);
      const c = member('c');
      await c.look();
      expect(c.names()).toEqual([]);

      await settled(a, b, c);
      const after = ownersAmong([a, b, c], NAMES);
      const moved = after.filter((owner, at) => owner !== before[at]);
      expect(moved).toEqual(moved.map(() => 'c'));
      expect(moved.length).toBeGreaterThan(0);
      expect(moved.length).toBeLessThan(NAMES.length);
    });

    it('release what is no longer to be owned', async () => {
      const wanted = [...NAMES];
      const a = member('a', wanted);
      await a.look();
      const [gone] = wanted.splice(3, 1);
      await a.look();

      expect(a.names()).toEqual([...wanted].sort());
      await waitForRelease(control, gone!, 0);
      expect((await control.get(`owner/${gone!}`))!.doc).toEqual({ member: null, epoch: 1 });
    });
  });

  describe('that stop', () => {
    it('hand everything over immediately', async () => {
      const [a, b] = [member('a'), member('b')];
      await settled(a, b);
      const had = new Map(a.owned);
      await a.owners.stop();
      expect(a.names()).toEqual([]);
      await b.look();

      expect(b.names()).toEqual([...NAMES].sort());
      for (const [name, epoch] of had) expect(b.owned.get(name)).toBe(epoch + 1);
      expect((await control.list('member/')).map(({ id }) => id)).toEqual(['member/b']);
    });

    it('run no further rounds', async () => {
      const a = member('a');
      await a.look();
      await a.owners.stop();
      await a.look();

      expect([a.names(), await control.list('member/')]).toEqual([[], []]);
    });
  });

  describe('that die', () => {
    it('are replaced once their heartbeat has been unchanged for the patience of the others', async () => {
      const [a, b] = [member('a'), member('b')];
      await settled(a, b);
      const had = new Map(a.owned);
      pass(PATIENCE - 1);
      await b.look();
      expect(a.names().some((name) => b.owned.has(name))).toBe(false);
      pass(1);
      await b.look();

      expect(b.names()).toEqual([...NAMES].sort());
      for (const [name, epoch] of had) expect(b.owned.get(name)).toBe(epoch + 1);
    });

    it('are replaced immediately if their process is known to have exited', async () => {
      const a = member('a');
      await a.look();
      await standsIn('a', { pid: spawnSync(process.execPath, ['--version']).pid });
      const b = member('b');
      await b.look();

      expect(b.names()).toEqual([...NAMES].sort());
    });

    it.each([
      ['on another machine', { host: 'elsewhere' }],
      ['in another container', { pids: 'pid:[1]' }],
    ])('are not considered dead because of the PID of a process %s', async (_, where) => {
      const a = member('a');
      await a.look();
      await standsIn('a', { pid: spawnSync(process.execPath, ['--version']).pid, ...where });
      const b = member('b');
      await b.look();
      expect(b.names()).toEqual([]);

      pass(PATIENCE);
      await b.look();
      expect(b.names()).toEqual([...NAMES].sort());
    });

    /** A member with some fields replaced. */
    const standsIn = async (name: string, as: object): Promise<void> => {
      const { id, revision, doc } = (await control.get(`member/${name}`))!;
      await control.put(id, revision, { ...doc, ...as });
    };

    it('cannot write any more if they only appeared to be dead', async () => {
      const [view]: RowSet[] = [{ name: 'view-0', version: 1, indexes: [] }];
      const { rows } = stores;
      await rows.prepare(view!);
      const [a, b] = [member('a', ['view-0@1']), member('b', ['view-0@1'])];
      await a.look();
      const late = a.owned.get('view-0@1')!;
      await rows.fence(view!, late);
      pass(PATIENCE);
      await b.look();
      pass(PATIENCE);
      await b.look();
      const next = b.owned.get('view-0@1')!;
      await rows.fence(view!, next);

      const writing = rows.commit(view!, { from: START, to: 1, epoch: late, changes: new Map() });
      await expect(writing).rejects.toEqual(new Fenced('view-0', late, next));
      await expect(rows.fence(view!, late)).rejects.toThrow(Fenced);
      await a.look();
      expect(a.names()).toEqual([]);
    });

    it('are removed after a long time, and rejoin if they come back', async () => {
      const [a, b] = [member('a'), member('b')];
      await settled(a, b);
      pass(10 * PATIENCE);
      await b.look();
      expect(await control.get('member/a')).toBeDefined();
      pass(1);
      await b.look();
      expect(await control.get('member/a')).toBeUndefined();

      await settled(a, b);
      expect(ownersAmong([a, b], NAMES)).toEqual(NAMES.map(() => expect.stringMatching(/^[ab]$/) as string));
      expect(a.owned.size).toBeGreaterThan(0);
    });
  });

  describe('on standby', () => {
    const standby = (name: string): MemberProcess => member(name, NAMES, { standby: true });

    it('take over while no other member is running, and give back when one joins', async () => {
      const s = standby('s');
      await s.look();
      expect(s.names()).toEqual([...NAMES].sort());

      const a = member('a');
      await settled(a, s);
      expect([s.names(), a.names()]).toEqual([[], [...NAMES].sort()]);
    });

    it('own nothing while a worker is running, and everything once none is', async () => {
      const [a, s, t] = [member('a'), standby('s'), standby('t')];
      await settled(a, s, t);
      expect([s.names(), t.names()]).toEqual([[], []]);

      await a.owners.stop();
      await settled(s, t);
      expect(ownersAmong([s, t], NAMES)).toEqual(NAMES.map(() => expect.stringMatching(/^[st]$/) as string));
    });
  });

  it('can be taken over from by many at once, each with its own epoch', async () => {
    const a = member('a');
    await a.look();
    const { control: other } = stores.connect().rows;
    const epochs = await Promise.all(range(20).map((n) => takeOver(n % 2 ? control : other, NAMES[0]!)));

    expect(epochs.sort((one, two) => one - two)).toEqual(range(20).map((n) => n + 2));
    await a.look();
    expect([a.owned.get(NAMES[0]!), await ownerEpoch(control, NAMES[0]!)]).toEqual([22, 22]);
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';
import type { ControlStore } from '@waymark/core/kernel';
import { thisProcess } from '@waymark/core/projections';
import { DRY_RUN_QUEUE, DryRunQueue, type DryRunQueueOptions } from '@waymark/platform';
import { latch } from '../support/jobs';
import { openStores } from '../support/stores';

jest.setTimeout(30_000);

/** A timeout long enough that no dry run is considered dead unless a test changes it. */
const patient = { interval: 5, timeout: 60_000 };
const going = new AbortController().signal;

const queueOn = (control: ControlStore, options: Partial<DryRunQueueOptions> = {}): DryRunQueue =>
  new DryRunQueue({ control, ...patient, ...options });

const entriesOn = async (control: ControlStore): Promise<readonly { readonly beat: number }[]> =>
  ((await control.get(DRY_RUN_QUEUE))?.doc as { entries: { beat: number }[] } | undefined)?.entries ?? [];

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(2);
}

const lengthIs = (control: ControlStore, length: number): Promise<void> =>
  until(async () => (await entriesOn(control)).length === length);

const busy = { code: 'DRY_RUNS_BUSY', kind: 'unavailable', seconds: 30 };

describe('the queue of dry runs', () => {
  it.each([1, 2])('lets %i run at a time on all processes, in order of arrival', async (atOnce) => {
    const { rows, connect } = openStores();
    const queues = [rows.control, connect().rows.control].map((control) =>
      queueOn(control, { atOnce, waiting: 9 }),
    );
    const [started, most] = [[] as number[], [] as number[]];
    let under = 0;
    const runs: Promise<void>[] = [];
    for (let n = 0; n < 6; n += 1) {
      const work = async (): Promise<void> => {
        started.push(n);
        most.push((under += 1));
        await pause(20);
        under -= 1;
      };
      runs.push(queues[n % 2]!.run(going, work));
      await until(async () => started.length + (await entriesOn(rows.control)).length > n);
      await pause(2);
    }
    await Promise.all(runs);
    expect(Math.max(...most)).toBe(atOnce);
    if (atOnce === 1) expect(started).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await entriesOn(rows.control)).toEqual([]);
  });

  it('refuses the next one when it is full, on every process', async () => {
    const { rows, connect } = openStores();
    const [one, other] = [
      queueOn(rows.control, { waiting: 1 }),
      queueOn(connect().rows.control, { waiting: 1 }),
    ];
    const held = latch();
    const first = one.run(going, () => held.opened);
    await lengthIs(rows.control, 1);
    await other.refuseIfFull();
    const second = other.run(going, async () => 'second');
    await lengthIs(rows.control, 2);
    for (const queue of [one, other]) {
      await expect(queue.refuseIfFull()).rejects.toMatchObject(busy);
      await expect(queue.run(going, async () => 'third')).rejects.toMatchObject(busy);
    }
    held.open();
    await first;
    expect(await second).toBe('second');
    expect(await one.run(going, async () => 'third')).toBe('third');
  });

  it('goes on after a dry run that failed', async () => {
    const queue = queueOn(openStores().rows.control);
    await expect(queue.run(going, () => Promise.reject(new Error('no place')))).rejects.toThrow('no place');
    expect(await queue.run(going, async () => 'done')).toBe('done');
  });

  it('is left by a waiting dry run whose client goes away, which never runs', async () => {
    const { control } = openStores().rows;
    const queue = queueOn(control);
    const [held, gone] = [latch(), new AbortController()];
    const first = queue.run(going, () => held.opened);
    await lengthIs(control, 1);
    const work = jest.fn(async () => undefined);
    const second = queue.run(gone.signal, work);
    await lengthIs(control, 2);
    gone.abort(new Error('the client went away'));
    await expect(second).rejects.toThrow('the client went away');
    expect(await entriesOn(control)).toHaveLength(1);
    held.open();
    await first;
    expect(work).not.toHaveBeenCalled();
  });

  it('frees the places of a process of this machine that has exited, at once', async () => {
    const { control } = openStores().rows;
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = (id: string) => ({ ...thisProcess, pid, id, beat: 7 });
    await control.put(DRY_RUN_QUEUE, 'none', { entries: ['a', 'b', 'c', 'd', 'e'].map(dead) });
    const queue = queueOn(control);
    await queue.refuseIfFull();
    expect(await queue.run(going, async () => 'done')).toBe('done');
  });

  it('frees the place of a process of another machine once its heartbeats stay away', async () => {
    const { control } = openStores().rows;
    const foreign = { host: 'elsewhere', pid: 1, pids: '', id: 'a', beat: 7 };
    await control.put(DRY_RUN_QUEUE, 'none', { entries: [foreign] });
    const queue = queueOn(control, { timeout: 200 });
    const began = performance.now();
    const run = queue.run(going, async () => performance.now() - began);
    // It lives for a while.
    await pause(100);
    const document = (await control.get(DRY_RUN_QUEUE))!;
    const { entries } = document.doc as { entries: { id: string; beat: number }[] };
    const beaten = entries.map((entry) => (entry.id === 'a' ? { ...entry, beat: 8 } : entry));
    await control.put(DRY_RUN_QUEUE, document.revision, { entries: beaten }).catch(() => undefined);
    expect(await run).toBeGreaterThan(190);
  });

  it('tells a dry run that was considered dead to stop', async () => {
    const { control } = openStores().rows;
    const queue = queueOn(control);
    const run = queue.run(
      going,
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    await lengthIs(control, 1);
    await until(async () => {
      const document = (await control.get(DRY_RUN_QUEUE))!;
      return control.put(DRY_RUN_QUEUE, document.revision, { entries: [] }).then(
        () => true,
        () => false,
      );
    });
    await expect(run).rejects.toThrow('another process considered this dry run dead');
  });
});

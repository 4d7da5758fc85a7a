import { setTimeout as pause } from 'node:timers/promises';
import { withImportLease, IMPORT_LEASE, type LeaseOptions } from '@waymark/core/imports';
import { ControlMoved, type ControlStore } from '@waymark/core/kernel';
import { latch } from '../support/jobs';
import { openStores } from '../support/stores';

jest.setTimeout(30_000);

/** Nobody dies here unless a test says so. */
const patient = { interval: 5, timeout: 60_000 };
const going = new AbortController().signal;

/** Until it is somebody's turn. */
async function held(control: ControlStore): Promise<void> {
  while (!(await control.get(IMPORT_LEASE))) await pause(1);
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((told) => {
    signal.addEventListener('abort', told, { once: true });
  });

describe('imports take turns', () => {
  const control = (): ControlStore => openStores().rows.control;
  const turn = <T>(
    on: ControlStore,
    id: string,
    work: (signal: AbortSignal) => Promise<T>,
    options: Partial<LeaseOptions> = {},
  ): Promise<T> => withImportLease(on, id, { signal: going, ...patient, ...options }, work);

  it('one after the other, however many come at once', async () => {
    const on = control();
    let under = 0;
    const work = async (): Promise<number> => {
      under += 1;
      const most = under;
      await pause(3);
      under -= 1;
      return most;
    };
    const ids = Array.from({ length: 6 }, (_, index) => String(index));
    expect(await Promise.all(ids.map((id) => turn(on, id, work)))).toEqual(ids.map(() => 1));
  });

  it('and the next one begins where one before it failed', async () => {
    const on = control();
    await expect(turn(on, 'a', () => Promise.reject(new Error('no place')))).rejects.toThrow('no place');
    expect(await turn(on, 'b', async () => 'done')).toBe('done');
  });

  it('but none waits for itself: it was killed, and goes on', async () => {
    const on = control();
    await on.put(IMPORT_LEASE, 'none', { import: 'a', attempt: 'before' });
    expect(await turn(on, 'a', async () => 'done')).toBe('done');
  });

  it('an attempt that was taken for dead gives up the turn of the next one at the same import', async () => {
    const on = control();
    const late = turn(on, 'a', aborted, { interval: 50 });
    await held(on);
    await turn(on, 'a', async (signal) => {
      await late;
      expect([signal.aborted, (await on.get(IMPORT_LEASE))!.doc]).toMatchObject([false, { import: 'a' }]);
    });
  });

  it('none that gives signs of life is taken for dead', async () => {
    const on = control();
    const patience = 1_000;
    const { opened, open } = latch();
    const first = turn(on, 'a', () => opened, { timeout: patience });
    await held(on);
    let begun = false;
    const begin = async (): Promise<void> => {
      begun = true;
    };
    const second = turn(on, 'b', begin, { timeout: patience });
    const end = performance.now() + 1.5 * patience;
    while (performance.now() < end) {
      expect(begun).toBe(false);
      await pause(5);
    }
    open();
    await Promise.all([first, second]);
    expect(begun).toBe(true);
  });

  it('one that gives none is, and what it takes for its turn is over', async () => {
    const on = control();
    const { opened, open } = latch<unknown>();
    // Its signs of life come late: as late as the process sleeps.
    const late = turn(
      on,
      'a',
      async (signal) => {
        await aborted(signal);
        open(signal.reason);
      },
      { interval: 300 },
    );
    await held(on);
    const { opened: told, open: tell } = latch();
    const next = turn(on, 'b', () => told, { timeout: 20 });
    expect(await opened).toMatchObject({ message: 'another import considered this one dead and took over' });
    tell();
    await Promise.all([late, next]);
    // Not the late one's to give away, and given away by the other.
    expect((await on.get(IMPORT_LEASE))!.doc).toMatchObject({ import: null });
  });

  it('who no longer wants to waits no longer', async () => {
    const on = control();
    await on.put(IMPORT_LEASE, 'none', { import: 'a', attempt: 'before' });
    const tired = new AbortController();
    const waiting = turn(on, 'b', async () => 'done', { signal: tired.signal, interval: 60_000 });
    tired.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    expect(await on.get(IMPORT_LEASE)).toMatchObject({
      revision: 1,
      doc: { import: 'a', attempt: 'before' },
    });
  });

  it('keeps its turn where the store fails for a while, or its answer is lost', async () => {
    const stores = openStores();
    const on = stores.rows.control;
    const failing: ControlStore = Object.create(on, {
      put: {
        value: async (...of: Parameters<ControlStore['put']>) => {
          puts += 1;
          if (puts === 2) throw new Error('not now');
          const revision = await on.put(...of);
          if (puts === 3) throw new Error('the answer was lost');
          return revision;
        },
      },
    }) as ControlStore;
    let puts = 0;
    await turn(failing, 'a', async (signal) => {
      while (puts < 6) await pause(1);
      expect(signal.aborted).toBe(false);
    });
    expect((await on.get(IMPORT_LEASE))!.doc).toMatchObject({ import: null });
    await expect(on.put(IMPORT_LEASE, 'none', {})).rejects.toThrow(ControlMoved);
  });
});

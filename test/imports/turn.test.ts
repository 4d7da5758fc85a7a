import { setTimeout as pause } from 'node:timers/promises';
import { withImportLease, IMPORT_LEASE, type LeaseOptions } from '@waymark/core/imports';
import { ControlMoved, type ControlStore } from '@waymark/core/kernel';
import { latch } from '../support/jobs';
import { openStores } from '../support/stores';

jest.setTimeout(30_000);

/** A timeout long enough that no attempt is considered dead unless a test changes it. */
const patient = { interval: 5, timeout: 60_000 };
const going = new AbortController().signal;

/** Wait until the lease is taken. */
async function leaseTaken(control: ControlStore): Promise<void> {
  while (!(await control.get(IMPORT_LEASE))) await pause(1);
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });

describe('the import lease', () => {
  const control = (): ControlStore => openStores().rows.control;
  const withLease = <T>(
    on: ControlStore,
    id: string,
    work: (signal: AbortSignal) => Promise<T>,
    options: Partial<LeaseOptions> = {},
  ): Promise<T> => withImportLease(on, id, { signal: going, ...patient, ...options }, work);

  it('lets imports run one after the other, however many start at once', async () => {
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
    expect(await Promise.all(ids.map((id) => withLease(on, id, work)))).toEqual(ids.map(() => 1));
  });

  it('goes to the next import if the previous one failed', async () => {
    const on = control();
    await expect(withLease(on, 'a', () => Promise.reject(new Error('no place')))).rejects.toThrow('no place');
    expect(await withLease(on, 'b', async () => 'done')).toBe('done');
  });

  it('is taken again by a new attempt of the same import, without waiting', async () => {
    const on = control();
    await on.put(IMPORT_LEASE, 'none', { import: 'a', attempt: 'before' });
    expect(await withLease(on, 'a', async () => 'done')).toBe('done');
  });

  it('is released by an attempt considered dead to the next attempt of the same import', async () => {
    const on = control();
    const late = withLease(on, 'a', aborted, { interval: 50 });
    await leaseTaken(on);
    await withLease(on, 'a', async (signal) => {
      await late;
      expect([signal.aborted, (await on.get(IMPORT_LEASE))!.doc]).toMatchObject([false, { import: 'a' }]);
    });
  });

  it('is not taken from an import that renews it', async () => {
    const on = control();
    const patience = 1_000;
    const { opened, open } = latch();
    const first = withLease(on, 'a', () => opened, { timeout: patience });
    await leaseTaken(on);
    let begun = false;
    const begin = async (): Promise<void> => {
      begun = true;
    };
    const second = withLease(on, 'b', begin, { timeout: patience });
    const end = performance.now() + 1.5 * patience;
    while (performance.now() < end) {
      expect(begun).toBe(false);
      await pause(5);
    }
    open();
    await Promise.all([first, second]);
    expect(begun).toBe(true);
  });

  it('is taken from an import that does not renew it, whose work is then aborted', async () => {
    const on = control();
    const { opened, open } = latch<unknown>();
    // It renews the lease late, as if the process had been suspended.
    const late = withLease(
      on,
      'a',
      async (signal) => {
        await aborted(signal);
        open(signal.reason);
      },
      { interval: 300 },
    );
    await leaseTaken(on);
    const { opened: told, open: tell } = latch();
    const next = withLease(on, 'b', () => told, { timeout: 20 });
    expect(await opened).toMatchObject({ message: 'another import considered this one dead and took over' });
    tell();
    await Promise.all([late, next]);
    // The late attempt must not release the lease of the other one, which has released it itself.
    expect((await on.get(IMPORT_LEASE))!.doc).toMatchObject({ import: null });
  });

  it('is no longer waited for once the wait is cancelled', async () => {
    const on = control();
    await on.put(IMPORT_LEASE, 'none', { import: 'a', attempt: 'before' });
    const tired = new AbortController();
    const waiting = withLease(on, 'b', async () => 'done', { signal: tired.signal, interval: 60_000 });
    tired.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    expect(await on.get(IMPORT_LEASE)).toMatchObject({
      revision: 1,
      doc: { import: 'a', attempt: 'before' },
    });
  });

  it('is kept if the store fails for a while or its answer is lost', async () => {
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
    await withLease(failing, 'a', async (signal) => {
      while (puts < 6) await pause(1);
      expect(signal.aborted).toBe(false);
    });
    expect((await on.get(IMPORT_LEASE))!.doc).toMatchObject({ import: null });
    await expect(on.put(IMPORT_LEASE, 'none', {})).rejects.toThrow(ControlMoved);
  });
});

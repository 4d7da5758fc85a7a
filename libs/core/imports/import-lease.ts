import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlDocument, ControlMoved, type ControlStore } from '@waymark/core/kernel';

/** Id of the control document that holds the import lease. */
export const IMPORT_LEASE = 'turn/import';

interface Lease {
  /** The running import; null if there is none. */
  readonly import: string | null;
  /** Id of the attempt: one that was considered dead must not take back the lease from its successor. */
  readonly attempt: string;
}

export interface LeaseOptions {
  readonly signal: AbortSignal;
  /** Milliseconds between heartbeats, and between checks of the lease. */
  readonly interval?: number;
  /** Milliseconds without a heartbeat after which the holder is considered dead. */
  readonly timeout?: number;
}

/**
 * Run work while no other import runs in any process. Concurrent imports would reject rows that refer to things
 * which the other import is about to create. The holder of the lease updates the document regularly; if the
 * document stops changing, the holder is considered dead and the next import takes over. A killed import takes
 * its own lease over immediately. The signal is aborted if another import takes over from a holder that it
 * wrongly considered dead.
 */
export async function withImportLease<T>(
  control: ControlStore,
  id: string,
  { signal, interval = 1_000, timeout = 10_000 }: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own: Lease = { import: id, attempt: randomUUID() };
  let revision = await acquired(control, own, { signal, interval, timeout });
  const lost = new AbortController();
  const write = async (lease: Lease): Promise<void> => {
    try {
      revision = await control.put(IMPORT_LEASE, revision, lease);
    } catch (error) {
      if (!(error instanceof ControlMoved)) throw error;
      const now = await control.get(IMPORT_LEASE);
      // The write succeeded although its response was lost, unless another attempt holds the lease.
      if (now && leaseIn(now).attempt === own.attempt)
        revision = await control.put(IMPORT_LEASE, now.revision, lease);
      else lost.abort(new Error('another import considered this one dead and took over'));
    }
  };
  // A failed heartbeat is followed by another.
  const ignore = (): void => undefined;
  let written = Promise.resolve();
  const beat = setInterval(() => {
    written = written.then(() => write(own)).catch(ignore);
  }, interval).unref();
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(beat);
    await written;
    if (!lost.signal.aborted) await write({ ...own, import: null }).catch(ignore);
  }
}

/** Wait for the lease and take it. Returns the document's revision. */
async function acquired(
  control: ControlStore,
  own: Lease,
  { signal, interval, timeout }: Required<LeaseOptions>,
): Promise<number> {
  let [seen, since] = [0, performance.now()];
  for (;;) {
    signal.throwIfAborted();
    const document = await control.get(IMPORT_LEASE);
    const revision = document?.revision ?? 0;
    if (revision !== seen) [seen, since] = [revision, performance.now()];
    const holder = document ? leaseIn(document).import : null;
    if (holder === null || holder === own.import || performance.now() - since >= timeout) {
      try {
        return await control.put(IMPORT_LEASE, document?.revision ?? 'none', own);
      } catch (error) {
        if (!(error instanceof ControlMoved)) throw error;
      }
    } else {
      // The abort error is thrown by the check at the start of the loop.
      await pause(interval, undefined, { signal }).catch(() => undefined);
    }
  }
}

const leaseIn = ({ doc }: ControlDocument): Lease => doc as Lease;

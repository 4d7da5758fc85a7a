import {
  CheckpointMoved,
  type Epoch,
  type Position,
  type RecordedEvent,
  type RowChange,
  type RowStore,
  START,
  type View,
} from '@waymark/core/kernel';
import { newEvent, range } from './events';

/** A log of items that are put into a few lockers, now and then emptied: every item is another. */
export const lockerLog = (random: () => number, length: number, lockers = 8): RecordedEvent[] =>
  range(length).map((n) => ({
    ...(random() < 0.08 ? newEvent('LockerEmptied') : newEvent('ItemStored', { item: String(n) })),
    stream: `locker-${String(Math.floor(random() * lockers))}`,
    revision: n,
    position: n * 3,
  }));

/** What the events of a window make of the rows, as a projector works it out that does what the port asks of it. */
export async function changesOf(
  store: RowStore,
  view: View,
  window: readonly RecordedEvent[],
): Promise<Map<string, RowChange>> {
  const stored = await store.load(view, [...new Set(window.map((event) => view.key(event)))]);
  const changes = new Map<string, RowChange>();
  for (const event of window) {
    const key = view.key(event);
    const loaded = stored.get(key)?.position;
    if (loaded !== undefined && event.position <= loaded) continue; // the row has seen it
    const before = changes.get(key)?.row ?? (changes.has(key) ? null : (stored.get(key)?.row ?? null));
    const row = view.on.get(event.type)!(before, event as RecordedEvent<string, never>);
    changes.set(key, { row, loaded });
  }
  return changes;
}

export interface Projecting {
  readonly view: View;
  readonly log: readonly RecordedEvent[];
  /** How many events the next batch takes. */
  readonly window: () => number;
  readonly epoch?: Epoch;
}

/** One batch from a position on; returns where it led. */
export async function projectBatch(
  store: RowStore,
  { view, log, window, epoch = 0 }: Projecting,
  from: Position,
): Promise<Position> {
  const next = log.filter(({ position }) => position > from).slice(0, window());
  const to = next.at(-1)?.position ?? from;
  await store.commit(view, { from, to, epoch, changes: await changesOf(store, view, next) });
  return to;
}

/**
 * Project the whole log, beside others who do the same: from the checkpoint again whenever another came first, or an error
 * is one that `survives`. Returns how many batches it wrote, and how many came to nothing.
 */
export async function projectAll(
  store: RowStore,
  projecting: Projecting,
  survives: (error: unknown) => boolean = () => false,
): Promise<{ written: number; lost: number }> {
  const end = projecting.log.at(-1)!.position;
  let written = 0;
  let lost = 0;
  let at: Position | undefined;
  for (;;) {
    try {
      at ??= await store.checkpoint(projecting.view);
      if (at >= end) return { written, lost };
      at = await projectBatch(store, projecting, at);
      written += 1;
    } catch (error) {
      if (!(error instanceof CheckpointMoved || survives(error))) throw error;
      at = undefined;
      lost += 1;
    }
  }
}

/** Everything that there is of a view: its rows by their keys, once the whole log is in them. */
export async function rowsAfter(store: RowStore, { view, log }: Projecting): Promise<object> {
  expect(await store.checkpoint(view)).toBe(log.at(-1)?.position ?? START);
  const rows = (await store.find(view)).map(({ key, row }) => [key, row] as const);
  return { [view.name]: Object.fromEntries(rows) };
}

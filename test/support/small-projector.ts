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

/** A log of items stored in a few lockers, which are emptied now and then. Every item is unique. */
export const lockerLog = (random: () => number, length: number, lockers = 8): RecordedEvent[] =>
  range(length).map((n) => ({
    ...(random() < 0.08 ? newEvent('LockerEmptied') : newEvent('ItemStored', { item: String(n) })),
    stream: `locker-${String(Math.floor(random() * lockers))}`,
    revision: n,
    position: n * 3,
  }));

/** The row changes for a window of events, computed by a minimal projector that follows the port's rules. */
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
    if (loaded !== undefined && event.position <= loaded) continue; // the row already reflects it
    const before = changes.get(key)?.row ?? (changes.has(key) ? null : (stored.get(key)?.row ?? null));
    const row = view.on.get(event.type)!(before, event as RecordedEvent<string, never>);
    changes.set(key, { row, loaded });
  }
  return changes;
}

export interface Projecting {
  readonly view: View;
  readonly log: readonly RecordedEvent[];
  /** Number of events in the next batch. */
  readonly window: () => number;
  readonly epoch?: Epoch;
}

/** Project one batch from a position; returns the new position. */
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
 * Project the whole log, next to competing projectors: restart from the checkpoint whenever another one came
 * first, or after an error that `survives` accepts. Returns the number of written and of lost batches.
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

/** The rows of a view by key, once it has processed the whole log. */
export async function rowsAfter(store: RowStore, { view, log }: Projecting): Promise<object> {
  expect(await store.checkpoint(view)).toBe(log.at(-1)?.position ?? START);
  const rows = (await store.find(view)).map(({ key, row }) => [key, row] as const);
  return { [view.name]: Object.fromEntries(rows) };
}

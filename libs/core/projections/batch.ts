import {
  type Epoch,
  foldEvent,
  type Parked,
  type Position,
  type RecordedEvent,
  type RowChange,
  type RowStore,
  type View,
} from '@waymark/core/kernel';
import type { Skips } from './skips';

/** A generation of a view and its progress through the log. */
export interface Projection {
  readonly view: View;
  /** The owner's epoch; 0 if ownership does not matter. */
  readonly epoch: Epoch;
  position: Position;
  stopped?: string;
}

/** An event that a view cannot fold. The view stops at it with a reason and is not retried automatically. */
export class Unfoldable extends Error {
  constructor(
    message: string,
    /** Position of the event; absent if several views have stopped. */
    readonly position?: Position,
  ) {
    super(message);
    this.name = 'Unfoldable';
  }
}

export interface BatchOptions {
  readonly rows: RowStore;
  /** Events to skip. */
  readonly skips: Skips;
  /** An event that cannot be folded stops the view, as in a rebuild, instead of parking its row. */
  readonly strict?: boolean;
  /** The current time, recorded with parked rows. */
  readonly now: () => string;
  /** Called when a row is parked. */
  readonly onParked?: (view: View, key: string, parked: Parked) => void;
}

/** A row in memory: its current content, and its position when loaded. */
interface LoadedRow {
  row: object | null;
  parked: Parked | undefined;
  readonly loaded: Position | undefined;
  changed: boolean;
}

/** Applies a window of events to a view's rows: each row is read once, folded in memory, and written once. */
export class Batch {
  private readonly rows = new Map<string, LoadedRow>();
  private readonly from: Position;
  private ahead = false;

  constructor(
    private readonly projection: Projection,
    private readonly options: BatchOptions,
  ) {
    this.from = projection.position;
  }

  /** Number of rows in memory. */
  get size(): number {
    return this.rows.size;
  }

  /** Throws {@link Unfoldable} if the view must stop; events before that one are folded. */
  async fold(events: readonly RecordedEvent[]): Promise<void> {
    const { view } = this.projection;
    const relevant = events.filter(({ type, position }) => position > this.from && view.on.has(type));
    if (relevant.length === 0) return;
    const { keys, keyless } = keysOf(view, relevant);
    await this.fetch(keys);
    for (const [index, key] of keys.entries()) {
      const event = relevant[index]!;
      const entry = this.rows.get(key)!;
      // A row may be ahead of the checkpoint: a batch was interrupted after writing the row and before writing
      // the checkpoint.
      if (entry.loaded !== undefined && event.position <= entry.loaded) {
        this.ahead = true;
        continue;
      }
      if (this.options.skips.has(view, event)) continue;
      if (entry.parked) {
        entry.parked = { ...entry.parked, waiting: entry.parked.waiting + 1 };
        entry.changed = true;
      } else {
        this.foldInto(entry, key, event);
      }
    }
    if (keyless) throw keyless;
  }

  /** Write the changed rows and the new checkpoint. */
  async commit(to: Position): Promise<void> {
    if (to <= this.from) return;
    const changes = new Map<string, RowChange>();
    for (const [key, { row, parked, loaded, changed }] of this.rows) {
      if (changed) changes.set(key, { row, loaded, ...(parked ? { parked } : {}) });
    }
    const { view, epoch } = this.projection;
    const { from, ahead } = this;
    await this.options.rows.commit(view, { from, to, epoch, changes, ahead });
    this.projection.position = to;
  }

  private foldInto(entry: LoadedRow, key: string, event: RecordedEvent): void {
    const { view } = this.projection;
    try {
      const folded = foldEvent(view, entry.row, event);
      if (folded === entry.row) return;
      entry.row = folded;
    } catch (error) {
      if (this.options.strict) throw cannotFold(event, error);
      entry.parked = { ...parkedAt(event, error, this.options.now()), after: this.from };
      this.options.onParked?.(view, key, entry.parked);
    }
    entry.changed = true;
  }

  /** Load the rows that are not in memory yet. */
  private async fetch(keys: readonly string[]): Promise<void> {
    const missing = new Set(keys.filter((key) => !this.rows.has(key)));
    if (missing.size === 0) return;
    const found = await this.options.rows.load(this.projection.view, [...missing]);
    for (const key of missing) {
      const stored = found.get(key);
      this.rows.set(key, {
        row: stored?.row ?? null,
        parked: stored?.parked,
        loaded: stored?.position,
        changed: false,
      });
    }
  }
}

/** The keys of events, up to the first event whose key cannot be determined. */
function keysOf(view: View, events: readonly RecordedEvent[]): { keys: string[]; keyless?: Unfoldable } {
  const keys: string[] = [];
  for (const event of events) {
    try {
      keys.push(view.key(event));
    } catch (error) {
      return { keys, keyless: cannotFold(event, error) };
    }
  }
  return { keys };
}

/** The parked state of a row that cannot take this event. */
export const parkedAt = ({ id, type, position }: RecordedEvent, error: unknown, since: string): Parked => ({
  event: id,
  type,
  position,
  error: reason(error),
  since,
  waiting: 0,
});

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const cannotFold = ({ type, position }: RecordedEvent, error: unknown): Unfoldable =>
  new Unfoldable(
    `event ${type} at position ${String(position)} cannot be folded: ${reason(error)}`,
    position,
  );

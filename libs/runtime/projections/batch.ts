import type { Epoch, Parked, Position, RecordedEvent, RowChange, RowStore, View } from '@waymark/kernel';
import type { Skips } from './skips';

/** A generation of a view on its way through the log. */
export interface Projection {
  readonly view: View;
  /** The owner's; 0 where owners do not matter. */
  readonly epoch: Epoch;
  position: Position;
  stopped?: string;
}

/** An event that a view cannot take: the view stops there, with a word, and is not tried again by itself. */
export class Unfoldable extends Error {}

export interface BatchOptions {
  readonly rows: RowStore;
  /** Events that somebody decided to leave out. */
  readonly skips: Skips;
  /** An event that cannot be folded stops the view, as in a rebuild, instead of parking its row. */
  readonly strict?: boolean;
  /** The present moment, for the record of what is parked. */
  readonly now: () => string;
  /** Told of a row that is parked from now on. */
  readonly onParked?: (view: View, key: string, parked: Parked) => void;
}

/** A row in memory: as it is now, and what it was when it was loaded. */
interface Held {
  row: object | null;
  parked: Parked | undefined;
  readonly loaded: Position | undefined;
  changed: boolean;
}

/** What a window of events makes of a view's rows: each is read once, folded in memory, and written once. */
export class Batch {
  private readonly rows = new Map<string, Held>();
  private readonly from: Position;

  constructor(
    private readonly projection: Projection,
    private readonly options: BatchOptions,
  ) {
    this.from = projection.position;
  }

  /** Rows in memory. */
  get size(): number {
    return this.rows.size;
  }

  async fold(events: readonly RecordedEvent[]): Promise<void> {
    const { view } = this.projection;
    const relevant = events.filter(({ type, position }) => position > this.from && view.on.has(type));
    if (relevant.length === 0) return;
    const keys = relevant.map((event) => this.keyOf(event));
    await this.fetch(keys);
    for (const [index, event] of relevant.entries()) {
      const held = this.rows.get(keys[index]!)!;
      // A row may be ahead of the view: its batch was written, and the checkpoint was not.
      if (held.loaded !== undefined && event.position <= held.loaded) continue;
      if (this.options.skips.has(view, event)) continue;
      if (held.parked) {
        held.parked = { ...held.parked, waiting: held.parked.waiting + 1 };
        held.changed = true;
      } else {
        this.foldInto(held, keys[index]!, event);
      }
    }
  }

  /** Write what changed, and the position up to which it reflects the log. */
  async commit(to: Position): Promise<void> {
    if (to <= this.from) return;
    const changes = new Map<string, RowChange>();
    for (const [key, { row, parked, loaded, changed }] of this.rows) {
      if (changed) changes.set(key, { row, loaded, ...(parked ? { parked } : {}) });
    }
    const { view, epoch } = this.projection;
    await this.options.rows.commit(view, { from: this.from, to, epoch, changes });
    this.projection.position = to;
  }

  private foldInto(held: Held, key: string, event: RecordedEvent): void {
    const { view } = this.projection;
    try {
      const folded = view.on.get(event.type)!(held.row, event as RecordedEvent<string, never>);
      if (folded === held.row) return;
      held.row = folded;
    } catch (error) {
      if (this.options.strict) throw new Unfoldable(cannot(event, error));
      held.parked = parkedAt(event, error, this.options.now());
      this.options.onParked?.(view, key, held.parked);
    }
    held.changed = true;
  }

  /** Without its key nobody can say which row an event is for: the view stops. */
  private keyOf(event: RecordedEvent): string {
    try {
      return this.projection.view.key(event);
    } catch (error) {
      throw new Unfoldable(cannot(event, error));
    }
  }

  /** Read the rows that are not in memory yet. */
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

/** A row that waits at this event. */
export const parkedAt = ({ id, type, position }: RecordedEvent, error: unknown, since: string): Parked => ({
  event: id,
  type,
  position,
  error: reason(error),
  since,
  waiting: 0,
});

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const cannot = ({ type, position }: RecordedEvent, error: unknown): string =>
  `event ${type} at position ${String(position)} cannot be folded: ${reason(error)}`;

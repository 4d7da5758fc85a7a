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

/** A generation of a view on its way through the log. */
export interface Projection {
  readonly view: View;
  /** The owner's; 0 where owners do not matter. */
  readonly epoch: Epoch;
  position: Position;
  stopped?: string;
}

/** An event that a view cannot take: the view stops there, with a word, and is not tried again by itself. */
export class Unfoldable extends Error {
  constructor(
    message: string,
    /** Where the event is; absent where several views have stopped. */
    readonly position?: Position,
  ) {
    super(message);
    this.name = 'Unfoldable';
  }
}

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
  private ahead = false;

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

  /** Throws {@link Unfoldable} where the view has to stop; the events before that one are folded. */
  async fold(events: readonly RecordedEvent[]): Promise<void> {
    const { view } = this.projection;
    const relevant = events.filter(({ type, position }) => position > this.from && view.on.has(type));
    if (relevant.length === 0) return;
    const { keys, keyless } = keysOf(view, relevant);
    await this.fetch(keys);
    for (const [index, key] of keys.entries()) {
      const event = relevant[index]!;
      const held = this.rows.get(key)!;
      // A row may be ahead of the view: its batch was written, and the checkpoint was not.
      if (held.loaded !== undefined && event.position <= held.loaded) {
        this.ahead = true;
        continue;
      }
      if (this.options.skips.has(view, event)) continue;
      if (held.parked) {
        held.parked = { ...held.parked, waiting: held.parked.waiting + 1 };
        held.changed = true;
      } else {
        this.foldInto(held, key, event);
      }
    }
    if (keyless) throw keyless;
  }

  /** Write what changed, and the position up to which it reflects the log. */
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

  private foldInto(held: Held, key: string, event: RecordedEvent): void {
    const { view } = this.projection;
    try {
      const folded = foldEvent(view, held.row, event);
      if (folded === held.row) return;
      held.row = folded;
    } catch (error) {
      if (this.options.strict) throw cannotFold(event, error);
      held.parked = { ...parkedAt(event, error, this.options.now()), after: this.from };
      this.options.onParked?.(view, key, held.parked);
    }
    held.changed = true;
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

/** The keys of events, up to one whose key cannot be told: without it nobody can say which row it is for. */
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

const cannotFold = ({ type, position }: RecordedEvent, error: unknown): Unfoldable =>
  new Unfoldable(
    `event ${type} at position ${String(position)} cannot be folded: ${reason(error)}`,
    position,
  );

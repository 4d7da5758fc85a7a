import type { Position, RecordedEvent, RowStore, View } from '@waymark/kernel';

/** A view on its way through the log. */
export interface Projection {
  readonly view: View;
  position: Position;
  stopped?: string;
}

/** An event that a view cannot take: the view stops there, with a word, and is not tried again by itself. */
export class Unfoldable extends Error {}

interface BatchOptions {
  readonly rows: RowStore;
  /** Every event type that this version knows. */
  readonly known: ReadonlySet<string>;
}

/** What a window of events makes of a view's rows: each is read once, folded in memory, and written once. */
export class Batch {
  private readonly rows = new Map<string, object | null>();
  private readonly changed = new Set<string>();
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
    if (this.concernsNone(events)) return;
    const relevant = events.filter((event) => event.position > this.from && this.concerns(event));
    const keys = relevant.map((event) => this.ask(event, () => view.key(event)));
    await this.fetch(keys);
    for (const [index, event] of relevant.entries()) {
      const key = keys[index]!;
      const row = this.rows.get(key) ?? null;
      const fold = view.on.get(event.type)!;
      const folded = this.ask(event, () => fold(row, event as RecordedEvent<string, never>));
      if (folded === row) continue;
      this.rows.set(key, folded);
      this.changed.add(key);
    }
  }

  /** Write what changed, and the position up to which it reflects the log. */
  async commit(to: Position): Promise<void> {
    if (to <= this.from) return;
    const changes = new Map([...this.changed].map((key) => [key, this.rows.get(key) ?? null]));
    await this.options.rows.commit(this.projection.view, this.from, to, changes);
    this.projection.position = to;
  }

  /** Ask the view about an event: what it throws is its own fault, and stops it. */
  private ask<T>(event: RecordedEvent, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Unfoldable(
        `event ${event.type} at position ${String(event.position)} cannot be folded: ${reason}`,
      );
    }
  }

  /** Most pages hold a few types of events, and most views use none of them. */
  private concernsNone(events: readonly RecordedEvent[]): boolean {
    const types = new Set(events.map(({ type }) => type));
    return [...types].every((type) => this.options.known.has(type) && !this.projection.view.on.has(type));
  }

  private concerns(event: RecordedEvent): boolean {
    if (this.projection.view.on.has(event.type)) return true;
    if (this.options.known.has(event.type)) return false;
    throw new Unfoldable(
      `event ${event.type} at position ${String(event.position)} is not known to this version`,
    );
  }

  /** Read the rows that are not in memory yet. */
  private async fetch(keys: readonly string[]): Promise<void> {
    const missing = new Set(keys.filter((key) => !this.rows.has(key)));
    if (missing.size === 0) return;
    const found = await this.options.rows.load(this.projection.view, [...missing]);
    for (const key of missing) this.rows.set(key, found.get(key) ?? null);
  }
}

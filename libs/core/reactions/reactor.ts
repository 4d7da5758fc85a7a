import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Submitter } from '@waymark/core/commands';
import { sideBySide, Wakers } from '@waymark/core/concurrency';
import { asReaction } from '@waymark/core/instruments';
import {
  AppendTooLarge,
  CheckpointMoved,
  type Epoch,
  type EventStore,
  Fenced,
  type Parked,
  type Policy,
  type Position,
  type RecordedEvent,
  type RowChange,
  type RowSet,
  rowSetName,
  type RowStore,
  START,
  StreamDamaged,
  Undecidable,
} from '@waymark/core/kernel';
import { parkedAt, Skips, takeOver } from '@waymark/core/projections';
import { carryOut } from './carry-out';

/** Errors that a retry does not fix: the stream is parked. */
const PARKING = [Undecidable, AppendTooLarge, StreamDamaged];

export interface ReactorOptions {
  readonly events: EventStore;
  /** Holds the checkpoint and the parked streams. */
  readonly rows: RowStore;
  readonly policies: readonly Policy[];
  readonly submitter: Submitter;
  readonly skips: Skips;
  /** Why this version cannot read an event; undefined if it can. */
  readonly unknown?: (event: RecordedEvent) => string | undefined;
  readonly now: () => string;
  /** Called when a stream is parked. */
  readonly onParked?: (stream: string, parked: Parked) => void;
  readonly onFailed?: (error: unknown) => void;
}

/**
 * The checkpoint of the policies. Its rows are the streams parked at an event that no reaction was possible to.
 */
export const POLICIES: RowSet = { name: 'policies', version: 1, indexes: [] };

/** How far {@link Reactor.release} has processed a parked stream. */
interface Released {
  /** The event at which the stream was parked. */
  readonly from: string;
  readonly through: Position;
  /** Where the stream is parked now. */
  readonly parked?: Parked;
}

const PAGE = 500;
/** How far the saved checkpoint may fall behind, in positions, while there is nothing to react to. */
const PASSED_OVER = 10_000;
/** Delay before retrying after a failure outside the domain, in milliseconds. */
const RETRY = 1_000;
/** Delay before retrying a release that another process interrupted, in milliseconds. */
const PAUSE = 100;
/** How often to check the progress of another process, in milliseconds. */
const POLL = 20;

/**
 * Submits the commands that policies derive from events, in log order from a checkpoint. Each command's id is
 * derived from the event, so that a retry after a crash or by a second process has only one effect. An event
 * that a policy or a command cannot handle parks its stream: later events of that stream wait, other streams
 * continue.
 */
export class Reactor {
  private position: Position | undefined;
  /** The saved checkpoint: at or before `position`. */
  private saved: Position = START;
  private epoch: Epoch | undefined = 0;
  private running: Promise<void> | undefined;
  private rerun = false;
  private stopping = false;
  private unsubscribe: (() => void) | undefined;
  private retry: NodeJS.Timeout | undefined;
  private readonly wakers = new Wakers();
  private readonly reacted: ReadonlySet<string>;

  constructor(private readonly options: ReactorOptions) {
    this.reacted = new Set(options.policies.flatMap(({ on }) => [...on.keys()]));
  }

  /** Start reacting to the log. */
  start(): void {
    this.unsubscribe = this.options.events.onAppended(() => void this.catchUp());
    void this.catchUp();
  }

  /** Finish the current page and stop. */
  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.retry);
    this.stopping = true;
    await this.running;
    this.stopping = false;
  }

  /** React under this epoch from now on; with undefined, leave the work to another process. */
  async own(epoch: Epoch | undefined): Promise<void> {
    if (epoch === this.epoch) return;
    this.epoch = undefined;
    await this.running;
    this.epoch = epoch;
    this.position = undefined;
    if (epoch !== undefined && this.unsubscribe) void this.catchUp();
  }

  /** True if an event of one of these types leads to further commands. */
  concerns(types: readonly string[]): boolean {
    return types.some((type) => this.reacted.has(type));
  }

  /** React to all events in the log. */
  async catchUp(): Promise<void> {
    this.rerun = true;
    this.running ??= this.run();
    await this.running;
  }

  /**
   * Wait until this or another process has reacted to everything up to a position. False if that takes longer
   * than `ms`.
   */
  async reached(position: Position, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (!(await this.hasReached(position))) {
      if (Date.now() >= deadline) return false;
      await this.wakers.wait(Math.min(POLL, deadline - Date.now()));
    }
    return true;
  }

  /** Parked streams, by name. */
  async parked(): Promise<readonly { readonly key: string; readonly parked: Parked }[]> {
    await this.options.rows.prepare(POLICIES);
    return this.options.rows.parked(POLICIES);
  }

  /**
   * React to the waiting events of a parked stream, in order. If one fails again, the stream is parked at that
   * event.
   */
  async release(stream: string): Promise<void> {
    const { rows, events } = this.options;
    const skips = new Skips(events);
    await skips.load();
    let released: Released | undefined;
    for (;;) {
      try {
        // The current owner holds the stream's parked state in memory and must not write it any more. Taking
        // over fences it; it continues once it owns the policies again.
        const epoch = await takeOver(rows.control, rowSetName(POLICIES));
        const to = await rows.fence(POLICIES, epoch);
        const stored = (await rows.load(POLICIES, [stream])).get(stream);
        if (!stored?.parked) return;
        const waiting = (await events.readStream(stream)).filter(({ position }) => position <= to);
        // Events that an earlier attempt of this loop handled are not handled again, provided it started at the
        // same event.
        released = await this.reactToWaiting(waiting, stored.parked, released, skips);
        const { parked } = released;
        const change = { row: null, loaded: stored.position, ...(parked ? { parked } : {}) };
        await rows.commit(POLICIES, { from: to, to, epoch, changes: new Map([[stream, change]]) });
        return;
      } catch (error) {
        // Another owner took over the policies meanwhile, and may have changed this stream.
        if (!(error instanceof CheckpointMoved || error instanceof Fenced)) throw error;
      }
      await pause(PAUSE);
    }
  }

  private async reactToWaiting(
    waiting: readonly RecordedEvent[],
    { event, position }: Parked,
    before: Released | undefined,
    skips: Skips,
  ): Promise<Released> {
    const known = before?.from === event ? before : undefined;
    const next = waiting.filter((each) =>
      known ? each.position > known.through : each.position >= position,
    );
    const { parked } = await this.reactTo(next, known?.parked, skips);
    const through = next.at(-1)?.position ?? known?.through ?? position - 1;
    return { from: event, through, ...(parked ? { parked } : {}) };
  }

  private async hasReached(position: Position): Promise<boolean> {
    if (this.epoch !== undefined && this.position !== undefined) return this.position >= position;
    const { rows, events } = this.options;
    const checkpoint = await rows.checkpoint(POLICIES);
    if (checkpoint >= position || this.isOwn) return checkpoint >= position;
    // Another process's checkpoint may fall behind while there is nothing to react to.
    const { events: next, through } = await events.readAll(checkpoint, 1, this.reacted);
    return (next[0] ? next[0].position - 1 : through) >= position;
  }

  /** Whether this process reacts, or is about to. */
  private get isOwn(): boolean {
    return this.epoch !== undefined && (this.unsubscribe !== undefined || this.running !== undefined);
  }

  private async run(): Promise<void> {
    try {
      await this.reactToAll();
    } catch (error) {
      this.position = undefined;
      if (error instanceof Fenced) {
        this.epoch = undefined;
        return;
      }
      this.options.onFailed?.(error);
      clearTimeout(this.retry);
      if (this.unsubscribe) this.retry = setTimeout(() => void this.catchUp(), RETRY).unref();
    } finally {
      // Cleared synchronously after the last check of `again`: a later call needs a new run.
      this.running = undefined;
    }
  }

  private async reactToAll(): Promise<void> {
    const { events: log, rows, skips } = this.options;
    if (this.epoch === undefined) return;
    if (this.position === undefined) {
      await rows.prepare(POLICIES);
      this.saved = this.position = await rows.fence(POLICIES, this.epoch);
    }
    await skips.load();
    while (this.rerun) {
      this.rerun = false;
      for (;;) {
        if (this.isStopping()) return;
        const { events, through } = await log.readAll(this.position, PAGE, this.reacted);
        if (through <= this.position) break;
        const changes = await this.reactToPage(events);
        // Reading over events again is cheap: the checkpoint is saved only after a reaction or after many
        // events.
        this.position = through;
        if (events.length > 0 || through - this.saved > PASSED_OVER) await this.save(through, changes);
        this.wakers.wake();
        await nextTurn(); // otherwise a store that answers immediately would block the event loop
      }
    }
  }

  /** Handle the events of one stream in order, and different streams concurrently. */
  private async reactToPage(page: readonly RecordedEvent[]): Promise<Map<string, RowChange>> {
    const streams = byStream(page);
    const changes = new Map<string, RowChange>();
    const found = await this.options.rows.load(POLICIES, [...streams.keys()]);
    await sideBySide(streams, async ([stream, events]) => {
      const stored = found.get(stream);
      // The row may be ahead of the checkpoint, which is written after it.
      const next = stored ? events.filter(({ position }) => position > stored.position) : events;
      if (next.length === 0) return;
      const { parked } = await this.reactTo(next, stored?.parked, this.options.skips);
      if (parked) changes.set(stream, { row: null, loaded: stored?.position, parked });
    });
    return changes;
  }

  /** React to the events of one stream. Once one fails, the following events wait behind it. */
  private async reactTo(
    events: readonly RecordedEvent[],
    before: Parked | undefined,
    skips: Skips,
  ): Promise<{ parked?: Parked }> {
    let parked = before;
    for (const event of events) {
      if (skips.has(POLICIES, event) || !this.reacted.has(event.type)) continue;
      if (parked) {
        parked = { ...parked, waiting: parked.waiting + 1 };
        continue;
      }
      // Not parked: the version that recorded the event knows how to react, and should take over.
      const unknown = this.options.unknown?.(event);
      if (unknown !== undefined) throw new Error(unknown);
      try {
        for (const policy of this.options.policies)
          await asReaction(policy, event, () => carryOut(policy, event, this.options.submitter));
      } catch (error) {
        // A failure that a retry may fix is retried, together with everything after it.
        if (!PARKING.some((kind) => error instanceof kind)) throw error;
        parked = parkedAt(event, error, this.options.now());
        this.options.onParked?.(event.stream, parked);
      }
    }
    return parked ? { parked } : {};
  }

  /** Whether to stop here. Checked each time, because other calls change these fields. */
  private isStopping(): boolean {
    return this.stopping || this.epoch === undefined;
  }

  private async save(position: Position, changes: ReadonlyMap<string, RowChange>): Promise<void> {
    const { rows } = this.options;
    try {
      await rows.commit(POLICIES, { from: this.saved, to: position, epoch: this.epoch ?? 0, changes });
      this.saved = position;
    } catch (error) {
      if (!(error instanceof CheckpointMoved)) throw error;
      // Another process has reacted to these events too, without further effect. Continue from its checkpoint.
      this.saved = this.position = await rows.checkpoint(POLICIES);
    }
  }
}

function byStream(page: readonly RecordedEvent[]): Map<string, RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of page) {
    const events = streams.get(event.stream);
    if (events) events.push(event);
    else streams.set(event.stream, [event]);
  }
  return streams;
}

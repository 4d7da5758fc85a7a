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
  Undecidable,
} from '@waymark/core/kernel';
import { parkedAt, Skips, takeOver } from '@waymark/core/projections';
import { carryOut } from './carry-out';

export interface ReactorOptions {
  readonly events: EventStore;
  /** Where the checkpoint, and the streams that wait, are kept. */
  readonly rows: RowStore;
  readonly policies: readonly Policy[];
  readonly submitter: Submitter;
  readonly skips: Skips;
  /** Why this version does not know an event; undefined where it does. */
  readonly unknown?: (event: RecordedEvent) => string | undefined;
  readonly now: () => string;
  /** Told of a stream that waits from now on. */
  readonly onParked?: (stream: string, parked: Parked) => void;
  readonly onFailed?: (error: unknown) => void;
}

/** What the policies have seen; its rows are the streams that wait at an event which could not be reacted to. */
export const POLICIES: RowSet = { name: 'policies', version: 1, indexes: [] };

/** How far a stream that waited has been reacted to. */
interface Released {
  /** The event that it waited at. */
  readonly from: string;
  readonly through: Position;
  /** Where it waits now. */
  readonly parked?: Parked;
}

const PAGE = 500;
/** How far the checkpoint may lie behind where nothing was to be done. */
const PASSED_OVER = 10_000;
/** How long to wait before trying again what failed for no reason of the domain's, in milliseconds. */
const RETRY = 1_000;
/** How long to wait before trying again what another process has kept from being done, in milliseconds. */
const PAUSE = 100;
/** How often to look at what another process does, in milliseconds. */
const POLL = 20;

/**
 * Carries out what policies ask for, event by event from a checkpoint. A command's id is derived from the event that led
 * to it, so that what is tried again after a crash, or by a second process, has one effect. An event that a policy or a
 * command cannot take parks its stream: later events of it wait, the others go on.
 */
export class Reactor {
  private position: Position | undefined;
  /** The checkpoint as it is kept: at or before the position. */
  private saved: Position = START;
  private epoch: Epoch | undefined = 0;
  private running: Promise<void> | undefined;
  private again = false;
  private stopping = false;
  private unsubscribe: (() => void) | undefined;
  private retry: NodeJS.Timeout | undefined;
  private readonly wakers = new Wakers();
  private readonly reacted: ReadonlySet<string>;

  constructor(private readonly options: ReactorOptions) {
    this.reacted = new Set(options.policies.flatMap(({ on }) => [...on.keys()]));
  }

  /** React to the log from now on. */
  start(): void {
    this.unsubscribe = this.options.events.onAppended(() => void this.catchUp());
    void this.catchUp();
  }

  /** Come to the end of the page at hand, and rest. */
  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.retry);
    this.stopping = true;
    await this.running;
    this.stopping = false;
  }

  /** React under this epoch from now on, or leave it to another process. */
  async own(epoch: Epoch | undefined): Promise<void> {
    if (epoch === this.epoch) return;
    this.epoch = undefined;
    await this.running;
    this.epoch = epoch;
    this.position = undefined;
    if (epoch !== undefined && this.unsubscribe) void this.catchUp();
  }

  /** True where an event of one of these types leads to further commands. */
  concerns(types: readonly string[]): boolean {
    return types.some((type) => this.reacted.has(type));
  }

  /** React to everything the log holds. */
  async catchUp(): Promise<void> {
    this.again = true;
    this.running ??= this.run();
    await this.running;
  }

  /** Wait until everything up to a position has been reacted to, here or elsewhere, or `ms` have passed. */
  async reached(position: Position, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (!(await this.hasReached(position))) {
      if (Date.now() >= deadline) return false;
      await this.wakers.wait(Math.min(POLL, deadline - Date.now()));
    }
    return true;
  }

  /** Streams that wait, by name. */
  async parked(): Promise<readonly { readonly key: string; readonly parked: Parked }[]> {
    await this.options.rows.prepare(POLICIES);
    return this.options.rows.parked(POLICIES);
  }

  /** React to the events of a stream that wait, in order; where one still fails, it waits there. */
  async release(stream: string): Promise<void> {
    const { rows, events } = this.options;
    const skips = new Skips(events);
    await skips.load();
    let released: Released | undefined;
    for (;;) {
      try {
        // Whoever reacts at present has the stream waiting in memory, and must not write that any more: it is fenced off,
        // and goes on once it is the owner again.
        const epoch = await takeOver(rows.control, rowSetName(POLICIES));
        const to = await rows.fence(POLICIES, epoch);
        const stored = (await rows.load(POLICIES, [stream])).get(stream);
        if (!stored?.parked) return;
        const waiting = (await events.readStream(stream)).filter(({ position }) => position <= to);
        // What an attempt before has carried out need not be again, as long as it began at the same event.
        released = await this.reactOn(waiting, stored.parked, released, skips);
        const { parked } = released;
        const change = { row: null, loaded: stored.position, ...(parked ? { parked } : {}) };
        await rows.commit(POLICIES, { from: to, to, epoch, changes: new Map([[stream, change]]) });
        return;
      } catch (error) {
        // The policies went to another owner meanwhile, and with them perhaps the stream.
        if (!(error instanceof CheckpointMoved || error instanceof Fenced)) throw error;
      }
      await pause(PAUSE);
    }
  }

  private async reactOn(
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
    // Another process's checkpoint may lie behind where there was nothing to react to.
    const { events: next, through } = await events.readAll(checkpoint, 1, this.reacted);
    return (next[0] ? next[0].position - 1 : through) >= position;
  }

  /** Whether it is this process that reacts, or is about to. */
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
      // In the same turn as the last look at `again`: who calls from now on needs a new run.
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
    while (this.again) {
      this.again = false;
      for (;;) {
        if (this.rests()) return;
        const { events, through } = await log.readAll(this.position, PAGE, this.reacted);
        if (through <= this.position) break;
        const changes = await this.reactToPage(events);
        // Passing over events again costs little: a checkpoint is written where something was done, or after many.
        this.position = through;
        if (events.length > 0 || through - this.saved > PASSED_OVER) await this.save(through, changes);
        this.wakers.wake();
        await nextTurn(); // a store that answers at once would otherwise keep everything else waiting
      }
    }
  }

  /** Events of one stream in their order, those of different streams side by side. */
  private async reactToPage(page: readonly RecordedEvent[]): Promise<Map<string, RowChange>> {
    const streams = byStream(page);
    const changes = new Map<string, RowChange>();
    const found = await this.options.rows.load(POLICIES, [...streams.keys()]);
    await sideBySide(streams, async ([stream, events]) => {
      const stored = found.get(stream);
      // It may be ahead of the checkpoint, which is written after it.
      const next = stored ? events.filter(({ position }) => position > stored.position) : events;
      if (next.length === 0) return;
      const { parked } = await this.reactTo(next, stored?.parked, this.options.skips);
      if (parked) changes.set(stream, { row: null, loaded: stored?.position, parked });
    });
    return changes;
  }

  /** React to events of one stream, or let them wait behind one that could not be reacted to. */
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
      // Not parked: the version that recorded it knows what follows from it, and is to take over.
      const strange = this.options.unknown?.(event);
      if (strange !== undefined) throw new Error(strange);
      try {
        for (const policy of this.options.policies)
          await asReaction(policy, event, () => carryOut(policy, event, this.options.submitter));
      } catch (error) {
        // What another attempt might mend is tried again, with everything after it.
        if (!(error instanceof Undecidable || error instanceof AppendTooLarge)) throw error;
        parked = parkedAt(event, error, this.options.now());
        this.options.onParked?.(event.stream, parked);
      }
    }
    return parked ? { parked } : {};
  }

  /** Whether to stop here: asked anew each time, since others change it meanwhile. */
  private rests(): boolean {
    return this.stopping || this.epoch === undefined;
  }

  private async save(position: Position, changes: ReadonlyMap<string, RowChange>): Promise<void> {
    const { rows } = this.options;
    try {
      await rows.commit(POLICIES, { from: this.saved, to: position, epoch: this.epoch ?? 0, changes });
      this.saved = position;
    } catch (error) {
      if (!(error instanceof CheckpointMoved)) throw error;
      // Another process has reacted to these too, which had no further effect: go on from where it is.
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

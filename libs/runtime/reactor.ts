import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CheckpointMoved,
  Refusal,
  START,
  type EventStore,
  type Policy,
  type Position,
  type Reaction,
  type RecordedEvent,
  type RowSet,
  type RowStore,
} from '@waymark/kernel';
import { derivedId } from './hash';
import { sideBySide } from './side-by-side';
import { IDEMPOTENCY_KEY_REUSED, TOO_MUCH_CONTENTION, type Submitter } from './submit';

export interface ReactorOptions {
  readonly events: EventStore;
  /** Where the reactor's checkpoint is kept. */
  readonly rows: RowStore;
  readonly policies: readonly Policy[];
  readonly submitter: Submitter;
  readonly onFailed?: (error: unknown) => void;
}

const CHECKPOINT: RowSet = { name: 'policies', version: 1, indexes: [] };
const PAGE = 500;
/** How far the checkpoint may lie behind where nothing was to be done. */
const PASSED_OVER = 10_000;
/** How long to wait before trying again what failed for no reason of the domain's, in milliseconds. */
const RETRY = 1_000;

/**
 * Carries out what policies ask for, event by event from a checkpoint. A command's id is derived from the event
 * that led to it, so that what is tried again after a crash, or by a second process, has one effect.
 */
export class Reactor {
  private position: Position | undefined;
  /** The checkpoint as it is kept: at or before the position. */
  private saved: Position = START;
  private running: Promise<void> | undefined;
  private again = false;
  private unsubscribe: (() => void) | undefined;
  private retry: NodeJS.Timeout | undefined;
  private readonly waiters = new Set<() => void>();
  private readonly reacted: ReadonlySet<string>;

  constructor(private readonly options: ReactorOptions) {
    this.reacted = new Set(options.policies.flatMap(({ on }) => [...on.keys()]));
  }

  /** React to the log from now on. */
  start(): void {
    this.unsubscribe = this.options.events.onAppended(() => void this.catchUp());
    void this.catchUp();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.retry);
    await this.running;
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

  /** Wait until everything up to a position has been reacted to, or `ms` have passed. */
  async reached(position: Position, ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    while (!(this.position !== undefined && this.position >= position) && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.waiters.delete(done);
          resolve();
        };
        const timer = setTimeout(done, deadline - Date.now());
        this.waiters.add(done);
      });
    }
  }

  private async run(): Promise<void> {
    try {
      await this.reactToAll();
    } catch (error) {
      this.options.onFailed?.(error);
      clearTimeout(this.retry);
      if (this.unsubscribe) this.retry = setTimeout(() => void this.catchUp(), RETRY).unref();
    } finally {
      // In the same turn as the last look at `again`: who calls from now on needs a new run.
      this.running = undefined;
    }
  }

  private async reactToAll(): Promise<void> {
    const { events: log, rows } = this.options;
    if (this.position === undefined) {
      await rows.prepare(CHECKPOINT);
      this.saved = this.position = await rows.checkpoint(CHECKPOINT);
    }
    while (this.again) {
      this.again = false;
      for (;;) {
        const head = await log.head();
        if (head <= this.position) break;
        const page = await log.readAll(this.position, PAGE, this.reacted);
        // Events of one stream in their order, those of different streams side by side.
        await sideBySide(streamsOf(page), async (events) => {
          for (const event of events) await this.react(event);
        });
        // A page that is not full has seen the log up to its head, and perhaps beyond.
        const last = page.at(-1)?.position ?? head;
        this.position = page.length === PAGE ? last : Math.max(head, last);
        // Passing over events again costs little: a checkpoint is written where something was done, or after many.
        if (page.length > 0 || this.position - this.saved > PASSED_OVER) await this.save(this.position);
        for (const done of this.waiters) done();
        await nextTurn(); // a store that answers at once would otherwise keep everything else waiting
      }
    }
  }

  private async save(position: Position): Promise<void> {
    const { rows } = this.options;
    if (position <= this.saved) return;
    try {
      await rows.commit(CHECKPOINT, this.saved, position, new Map());
      this.saved = position;
    } catch (error) {
      if (!(error instanceof CheckpointMoved)) throw error;
      this.saved = error.actual;
    }
  }

  private async react(event: RecordedEvent): Promise<void> {
    for (const { name, on } of this.options.policies) {
      const reactions = on.get(event.type)?.(event as RecordedEvent<string, never>) ?? [];
      await this.carryOut(name, event, reactions, 'then');
    }
  }

  private async carryOut(
    policy: string,
    event: RecordedEvent,
    reactions: readonly Reaction[],
    path: string,
  ): Promise<void> {
    for (const [index, { module, id, command, refused }] of reactions.entries()) {
      const step = `${path}.${String(index)}`;
      try {
        await this.options.submitter.submit({
          module,
          id,
          command,
          actor: `policy:${policy}`,
          commandId: derivedId(policy, event.id, step),
          correlation: event.metadata.correlation,
          causation: event.id,
        });
      } catch (error) {
        if (!(error instanceof Refusal) || error.code === TOO_MUCH_CONTENTION) throw error;
        // Carried out before, by a version of the policy that worded it differently: that was no refusal.
        if (error.code === IDEMPOTENCY_KEY_REUSED) continue;
        await this.carryOut(policy, event, refused?.(error) ?? [], `${step}.refused`);
      }
    }
  }
}

function streamsOf(page: readonly RecordedEvent[]): Iterable<RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of page) {
    const events = streams.get(event.stream);
    if (events) events.push(event);
    else streams.set(event.stream, [event]);
  }
  return streams.values();
}

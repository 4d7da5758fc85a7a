import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Submitter } from '@waymark/core/commands';
import {
  CheckpointMoved,
  type EventStore,
  Fenced,
  foldEvent,
  type Parked,
  type Position,
  Refusal,
  rowSetName,
  RowsGone,
  type RowStore,
  START,
  storedName,
  type StoredRow,
  type View,
} from '@waymark/core/kernel';
import {
  type Catalog,
  eventsOf,
  generationOf,
  maintained,
  parkedAt,
  projections,
  SkipEvent,
  Skips,
  takeOver,
} from '@waymark/core/projections';
import { POLICIES, type Reactor } from '@waymark/core/reactions';

/** A parked row and where it is parked. */
export interface ParkedRow {
  readonly view: string;
  readonly version: number;
  readonly generation: number;
  readonly key: string;
  readonly parked: Parked;
}

export interface ParkingOptions {
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly views: readonly View[];
  readonly catalog: Catalog;
  readonly submitter: Submitter;
  /** Its parked streams are treated like parked rows, under the view name of {@link POLICIES}. */
  readonly reactor: Reactor;
  readonly now: () => string;
}

const ATTEMPTS = 50;
/** Delay before the next attempt, in milliseconds. A view's owner runs its ownership round every second. */
const PAUSE = 100;

/** The state of a row while it is folded from the event at which it was parked to the view's checkpoint. */
interface Folded {
  /** The event at which the row was parked. */
  readonly from: string;
  readonly through: Position;
  readonly row: object | null;
  /** Where the row is parked now. */
  readonly parked?: Parked;
}

/** Lists, retries and skips rows that are parked at an event that could not be folded. */
export class Parking {
  constructor(private readonly options: ParkingOptions) {}

  async list(): Promise<readonly ParkedRow[]> {
    const records = await this.options.catalog.records();
    const sets = this.options.views.flatMap((view) => {
      const record = records.get(view.name);
      return record ? maintained(view, record) : [];
    });
    const found = sets.map(async (view) =>
      (await this.options.rows.parked(view)).map(({ key, parked }) => ({
        ...{ view: view.name, version: view.version, generation: view.generation ?? 1 },
        ...{ key, parked },
      })),
    );
    const { name: view, version } = POLICIES;
    const streams = (await this.options.reactor.parked()).map((each) => ({
      ...{ view, version, generation: 1 },
      ...each,
    }));
    return [...(await Promise.all(found)).flat(), ...streams];
  }

  /**
   * Fold the waiting events again, after the code or the log was fixed. Returns the rows that are still parked;
   * their events before the failing one have been folded.
   */
  async retry(view: string, key: string): Promise<readonly ParkedRow[]> {
    const waiting = await this.waiting(view, key);
    for (const row of waiting) await this.release(row);
    return (await this.list()).filter((row) => row.view === view && row.key === key);
  }

  /**
   * Skip the event at which a row is parked, with a reason that is recorded in the log, and fold the events
   * after it.
   */
  async skip(view: string, key: string, reason: string, actor: string): Promise<readonly ParkedRow[]> {
    for (const { version, parked } of await this.waiting(view, key)) {
      const command = Object.assign(new SkipEvent(), { event: parked.event, version, reason });
      await this.recordSkip(view, command, actor);
    }
    return this.retry(view, key);
  }

  private recordSkip(name: string, command: SkipEvent, actor: string): Promise<Answer> {
    const id = storedName(this.options.views.find((view) => view.name === name) ?? { name });
    return this.options.submitter.submit({ module: projections.name, id, command, actor });
  }

  private async waiting(view: string, key: string): Promise<readonly ParkedRow[]> {
    const waiting = (await this.list()).filter((row) => row.view === view && row.key === key);
    if (waiting.length === 0) throw new Refusal('NOT_PARKED', 'There is no such parked row.', 'missing');
    return waiting;
  }

  private async release({ view: name, version, generation, key }: ParkedRow): Promise<void> {
    if (name === POLICIES.name) return this.options.reactor.release(key);
    const { events, rows, views } = this.options;
    const view = generationOf(
      views.find((each) => each.name === name)!,
      { version, generation },
    )!;
    const skips = new Skips(events);
    await skips.load();
    let folded: Folded | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        // The view's owner may hold the old row in memory and must not write it. Taking over fences it; it
        // takes the view up again in its next ownership round.
        const epoch = await takeOver(rows.control, rowSetName(view));
        const to = await rows.fence(view, epoch);
        const stored = (await rows.load(view, [key])).get(key);
        if (!stored?.parked) return;
        // An interrupted owner wrote the row ahead of the checkpoint. Wait until its successor has reached that
        // position.
        if (stored.parked.position > to) throw new CheckpointMoved(name, stored.parked.position, to);
        folded = await this.foldWaiting(view, key, { ...stored, parked: stored.parked }, to, skips, folded);
        const { row, parked } = folded;
        const change = { row, loaded: stored.position, ...(parked ? { parked } : {}) };
        await rows.commit(view, { from: to, to, epoch, changes: new Map([[key, change]]) });
        return;
      } catch (error) {
        if (error instanceof RowsGone) return; // the generation was retired meanwhile, including its parked rows
        if (!(error instanceof CheckpointMoved || error instanceof Fenced) || attempt === ATTEMPTS)
          throw error;
      }
      await pause(PAUSE);
    }
  }

  /**
   * Fold a row up to the view's checkpoint, starting at the event where it is parked, or where the previous
   * attempt ended.
   */
  private async foldWaiting(
    view: View,
    key: string,
    {
      row: waiting,
      parked: { event: from, position, after = START },
    }: StoredRow & { readonly parked: Parked },
    to: Position,
    skips: Skips,
    before: Folded | undefined,
  ): Promise<Folded> {
    const known = before?.from === from ? before : { from, through: after, row: waiting };
    let { row, parked }: { row: object | null; parked?: Parked } = known;
    for await (const event of eventsOf(this.options.events, view, key, known.through, to)) {
      if (event.position < position || skips.has(view, event)) continue;
      if (parked) {
        parked = { ...parked, waiting: parked.waiting + 1 };
        continue;
      }
      try {
        row = foldEvent(view, row, event);
      } catch (error) {
        parked = { ...parkedAt(event, error, this.options.now()), after };
      }
    }
    return { from, through: to, row, ...(parked ? { parked } : {}) };
  }
}

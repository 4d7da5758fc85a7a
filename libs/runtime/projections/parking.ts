import {
  CheckpointMoved,
  Refusal,
  rowSetName,
  type EventStore,
  type Parked,
  type RecordedEvent,
  type RowStore,
  type View,
} from '@waymark/kernel';
import { POLICIES, type Reactor } from '../policies/reactor';
import type { Answer, Submitter } from '../submit';
import { parkedAt } from './batch';
import { keptUp, type Catalog } from './catalog';
import { ownerEpoch } from './owners';
import { eventsOf } from './past';
import { SkipEvent, Skips, projections } from './skips';

/** A row that waits, and where. */
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
  /** Whose streams wait as rows do, under the name of {@link POLICIES}. */
  readonly reactor: Reactor;
  readonly now: () => string;
}

const ATTEMPTS = 50;

/** Rows that wait at an event which could not be folded: which there are, and how they go on. */
export class Parking {
  constructor(private readonly options: ParkingOptions) {}

  async list(): Promise<readonly ParkedRow[]> {
    const records = await this.options.catalog.records();
    const sets = this.options.views.flatMap((view) => {
      const record = records.get(view.name);
      return record ? keptUp(view, record) : [];
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
   * Fold what waits, now that the code or the log has been mended. Returns the rows that still wait: where an event still
   * cannot be folded, those before it have been.
   */
  async retry(view: string, key: string): Promise<readonly ParkedRow[]> {
    const waiting = await this.waiting(view, key);
    for (const row of waiting) await this.release(row);
    return (await this.list()).filter((row) => row.view === view && row.key === key);
  }

  /** Leave out the event that a row waits at, for a reason that is recorded in the log, and go on with those after it. */
  async skip(view: string, key: string, reason: string, actor: string): Promise<readonly ParkedRow[]> {
    for (const { version, parked } of await this.waiting(view, key)) {
      const command = Object.assign(new SkipEvent(), { event: parked.event, version, reason });
      await this.record(view, command, actor);
    }
    return this.retry(view, key);
  }

  private record(view: string, command: SkipEvent, actor: string): Promise<Answer> {
    return this.options.submitter.submit({ module: projections.name, id: view, command, actor });
  }

  private async waiting(view: string, key: string): Promise<readonly ParkedRow[]> {
    const waiting = (await this.list()).filter((row) => row.view === view && row.key === key);
    if (waiting.length === 0) throw new Refusal('NOT_PARKED', 'No such row waits.', 'missing');
    return waiting;
  }

  private async release(row: ParkedRow): Promise<void> {
    if (row.view === POLICIES.name) return this.options.reactor.release(row.key);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.foldOn(row);
        return;
      } catch (error) {
        // The view moved on meanwhile, and with it perhaps the row.
        if (!(error instanceof CheckpointMoved) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Fold a row from the event where it waits up to where its view is, and write it in place. */
  private async foldOn({ view: name, version, generation, key }: ParkedRow): Promise<void> {
    const { events, rows, views } = this.options;
    const skips = new Skips(events);
    await skips.load();
    const present = views.find((each) => each.name === name)!;
    const known = [present, ...present.former.map((former) => former.view)].find(
      (each) => each.version === version,
    )!;
    const view = { ...known, generation };
    const epoch = await ownerEpoch(rows.control, rowSetName(view));
    const to = await rows.checkpoint(view);
    const stored = (await rows.load(view, [key])).get(key);
    if (!stored?.parked) return;
    // Written ahead of the view by a projector that was cut off: its successor comes by first.
    if (stored.position > to) throw new CheckpointMoved(name, stored.position, to);
    let { row } = stored;
    let parked: Parked | undefined;
    for await (const event of eventsOf(events, view, key, stored.parked.position - 1, to)) {
      if (skips.has(view, event)) continue;
      if (parked) {
        parked = { ...parked, waiting: parked.waiting + 1 };
        continue;
      }
      try {
        row = view.on.get(event.type)!(row, event as RecordedEvent<string, never>);
      } catch (error) {
        parked = parkedAt(event, error, this.options.now());
      }
    }
    const change = { row, loaded: stored.position, ...(parked ? { parked } : {}) };
    await rows.commit(view, { from: to, to, epoch, changes: new Map([[key, change]]) });
  }
}

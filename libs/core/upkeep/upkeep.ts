import type { Submitter } from '@waymark/core/commands';
import {
  type ControlStore,
  type Epoch,
  type EventStore,
  type Parked,
  type Policy,
  type RecordedEvent,
  rowSetName,
  type RowStore,
  START,
  type View,
} from '@waymark/core/kernel';
import {
  type Assignment,
  type Build,
  type Catalog,
  keptUp,
  outdated,
  Owners,
  Projector,
  type Rebuilder,
  type Serving,
  Skips,
  type ViewRecord,
} from '@waymark/core/projections';
import { POLICIES, Reactor } from '@waymark/core/reactions';
import type { Fault, Notice } from './notices';

export interface UpkeepOptions {
  readonly events: EventStore;
  readonly rows: RowStore;
  readonly control: ControlStore;
  readonly views: readonly View[];
  readonly policies: readonly Policy[];
  readonly submitter: Submitter;
  readonly catalog: Catalog;
  readonly serving: Serving;
  readonly rebuilder: Rebuilder;
  readonly unknown: (event: RecordedEvent) => string | undefined;
  readonly now: () => string;
  /** Name of this process among those that keep views up. */
  readonly member: string;
  /** Takes part only where nobody else does. */
  readonly standby: boolean;
  /** Told of views that are to be built, in the background. */
  readonly onOutdated: (views: readonly string[]) => Promise<void>;
  /** Told that a view or a stream stopped or waits, or that something failed and will be tried again. */
  readonly onFault: (what: string, reason: string, fault: Fault) => void;
  /** Told what this process owns from now on, or no longer does. */
  readonly onNotice?: (notice: Notice) => void;
}

/** Keeps this process's share of the views up with the log, and carries policies out. */
export class Upkeep {
  readonly projector: Projector;
  readonly reactor: Reactor;
  private readonly owners: Owners;
  private readonly assigned = new Map<string, Assignment>();
  private owned: ReadonlyMap<string, Epoch> = new Map();

  constructor(private readonly options: UpkeepOptions) {
    const { events, rows, control, unknown, now, serving, policies, submitter, member, standby } = options;
    const skips = new Skips(events);
    const failed = (what: string) => (error: unknown) =>
      options.onFault(what, String(error), { event: 'fault' });
    const parked = (what: string, rows: string, { type, position, error }: Parked): void =>
      options.onFault(what, `event ${type} at position ${String(position)} cannot be taken: ${error}`, {
        ...{ event: 'row.parked', rows, type, position },
      });
    this.projector = new Projector({
      ...{ events, rows, unknown, skips, now },
      onProjected: () => serving.wake(),
      onStopped: (view, reason) => {
        const rows = rowSetName(view);
        options.onFault(`view ${rows}`, reason, { event: 'view.stopped', rows });
        this.stopped(view, reason).catch(failed('views')); // said again at the next look around
      },
      onParked: (view, _key, why) => parked(`a row of ${rowSetName(view)}`, rowSetName(view), why),
      onFenced: (view) => this.owners.lost(rowSetName(view)),
      onFailed: failed('views'),
    });
    this.reactor = new Reactor({
      ...{ events, rows, policies, submitter, skips, unknown, now },
      onParked: (_stream, why) => parked('a stream of policies', rowSetName(POLICIES), why),
      onFailed: failed('policies'),
    });
    this.owners = new Owners({
      ...{ control, member, standby },
      wanted: async () => [...(await this.keptUp()).keys(), rowSetName(POLICIES)],
      onOwned: (owned) => this.take(owned),
      onFailed: failed('owners'),
    });
  }

  async start(): Promise<void> {
    await this.reactor.own(undefined);
    await this.begin();
    await this.owners.start();
    this.projector.start();
    this.reactor.start();
  }

  async stop(): Promise<void> {
    await this.owners.stop();
    await this.reactor.stop();
    await this.projector.stop();
  }

  /** There is another generation to keep up, or one fewer. */
  changed(): Promise<void> {
    return this.owners.look();
  }

  /**
   * See what there is of each view: the first generation serves where the log is empty, others are to be built; so are
   * builds that were begun before and do not rest.
   */
  private async begin(): Promise<void> {
    const { events, rows, views, catalog, rebuilder, onOutdated } = this.options;
    if ((await events.head()) === START) {
      for (const view of views) {
        await rows.prepare(view);
        await catalog.change(view.name, (record) => first(record, view.version));
      }
    }
    await rebuilder.plan(outdated(views, await catalog.records()).map(({ name }) => name));
    for (const name of views.map((view) => view.name)) await rebuilder.forgetRetired(name);
    const records = await catalog.records();
    const due = views.map(({ name }) => name).filter((name) => isDue(records.get(name)?.building));
    if (due.length > 0) await onOutdated(due);
  }

  /** Generations to keep up, by the names of their rows. */
  private async keptUp(): Promise<Map<string, View>> {
    const records = await this.options.catalog.records();
    return new Map(
      this.options.views.flatMap((view) => {
        const record = records.get(view.name);
        return (record ? keptUp(view, record) : []).map((each) => [rowSetName(each), each] as const);
      }),
    );
  }

  private async take(owned: ReadonlyMap<string, Epoch>): Promise<void> {
    this.tell(new Map(owned));
    const views = await this.keptUp();
    for (const name of this.assigned.keys()) if (!owned.has(name)) this.assigned.delete(name);
    for (const [name, epoch] of owned) {
      const before = this.assigned.get(name);
      // The same object each time, by which the projector knows that it goes on.
      const view = before?.view ?? views.get(name);
      if (!view || before?.epoch === epoch) continue;
      this.assigned.set(name, { view, epoch });
      await this.goesOn(view);
    }
    await this.projector.assign([...this.assigned.values()]);
    await this.reactor.own(owned.get(rowSetName(POLICIES)));
    for (const { view, stopped } of this.projector.states())
      if (stopped !== undefined) await this.stopped(view, stopped);
  }

  private tell(owned: ReadonlyMap<string, Epoch>): void {
    const { onNotice = () => undefined } = this.options;
    const before = this.owned;
    this.owned = owned;
    for (const rows of before.keys()) if (!owned.has(rows)) onNotice({ event: 'owner.lost', rows });
    for (const [rows, epoch] of owned)
      if (before.get(rows) !== epoch) onNotice({ event: 'owner.taken', rows, epoch });
  }

  /** A view that stopped elsewhere, or in another release, is tried again. */
  private async goesOn(view: View): Promise<void> {
    await this.options.catalog.change(view.name, (record) => {
      const { [rowSetName(view)]: before, ...stopped } = record.stopped;
      return before ? { ...record, stopped } : record;
    });
  }

  /** A view that stopped is said to have, for all processes to see. */
  private async stopped(view: View, reason: string): Promise<void> {
    const position = await this.options.rows.checkpoint(view);
    const name = rowSetName(view);
    await this.options.catalog.change(view.name, (record) =>
      record.stopped[name]?.reason === reason
        ? record
        : { ...record, stopped: { ...record.stopped, [name]: { reason, position } } },
    );
  }
}

const first = (record: ViewRecord, version: number): ViewRecord =>
  record.serving || record.building
    ? record
    : { ...record, serving: { version, generation: 1 }, built: { ...record.built, [version]: 1 } };

/** Whether somebody is to see to a build: it neither rests nor waits to be switched. */
const isDue = (build: Build | undefined): boolean =>
  build !== undefined && !build.paused && !(build.state === 'verified' && build.hold);

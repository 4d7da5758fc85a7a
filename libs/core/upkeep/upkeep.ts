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
  maintained,
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
  /** Id of this process among the members that project views. */
  readonly member: string;
  /** Takes over views only if no other member is running. */
  readonly standby: boolean;
  /** Called with views that must be built in the background. */
  readonly onOutdated: (views: readonly string[]) => Promise<void>;
  /** Called when a view stops, a row or stream is parked, or an operation fails and will be retried. */
  readonly onFault: (what: string, reason: string, fault: Fault) => void;
  /** Called when this process takes or loses ownership. */
  readonly onNotice?: (notice: Notice) => void;
}

/** Keeps this process's share of the views up to date, and runs the policies if it owns them. */
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
      options.onFault(what, `event ${type} at position ${String(position)} cannot be processed: ${error}`, {
        ...{ event: 'row.parked', rows, type, position },
      });
    this.projector = new Projector({
      ...{ events, rows, unknown, skips, now },
      onProjected: () => serving.wake(),
      onStopped: (view, reason) => {
        const rows = rowSetName(view);
        options.onFault(`view ${rows}`, reason, { event: 'view.stopped', rows });
        this.stopped(view, reason).catch(failed('views')); // written again in the next ownership round
      },
      onParked: (view, _key, why) => parked(`a row of ${rowSetName(view)}`, rowSetName(view), why),
      onFenced: (view) => this.owners.lost(rowSetName(view)),
      onFailed: failed('views'),
    });
    this.reactor = new Reactor({
      ...{ events, rows, policies, submitter, skips, unknown, now },
      onParked: (_stream, why) => parked('a stream of the policies', rowSetName(POLICIES), why),
      onFailed: failed('policies'),
    });
    this.owners = new Owners({
      ...{ control, member, standby },
      wanted: async () => [...(await this.maintained()).keys(), rowSetName(POLICIES)],
      onOwned: (owned) => this.assign(owned),
      onFailed: failed('owners'),
    });
  }

  async start(): Promise<void> {
    await this.reactor.own(undefined);
    await this.planBuilds();
    await this.owners.start();
    this.projector.start();
    this.reactor.start();
  }

  async stop(): Promise<void> {
    await this.owners.stop();
    await this.reactor.stop();
    await this.projector.stop();
  }

  /** The set of generations to keep up to date has changed. */
  changed(): Promise<void> {
    return this.owners.runRound();
  }

  /**
   * Check the state of each view. On an empty log its first generation goes live immediately; otherwise a build
   * is planned for outdated views. Builds started earlier are requested too, unless they are paused.
   */
  private async planBuilds(): Promise<void> {
    const { events, rows, views, catalog, rebuilder, onOutdated } = this.options;
    if ((await events.head()) === START) {
      for (const view of views) {
        await rows.prepare(view);
        await catalog.change(view.name, (record) => initialRecord(record, view.version));
      }
    }
    await rebuilder.plan(outdated(views, await catalog.records()).map(({ name }) => name));
    for (const name of views.map((view) => view.name)) await rebuilder.dropRetired(name);
    const records = await catalog.records();
    const due = views.map(({ name }) => name).filter((name) => isDue(records.get(name)?.building));
    if (due.length > 0) await onOutdated(due);
  }

  /** Generations to keep up to date, by row set name. */
  private async maintained(): Promise<Map<string, View>> {
    const records = await this.options.catalog.records();
    return new Map(
      this.options.views.flatMap((view) => {
        const record = records.get(view.name);
        return (record ? maintained(view, record) : []).map((each) => [rowSetName(each), each] as const);
      }),
    );
  }

  private async assign(owned: ReadonlyMap<string, Epoch>): Promise<void> {
    this.reportOwnership(new Map(owned));
    const views = await this.maintained();
    for (const name of this.assigned.keys()) if (!owned.has(name)) this.assigned.delete(name);
    for (const [name, epoch] of owned) {
      const before = this.assigned.get(name);
      // Pass the same view object each time: the projector uses it to recognise that the projection continues.
      const view = before?.view ?? views.get(name);
      if (!view || before?.epoch === epoch) continue;
      this.assigned.set(name, { view, epoch });
      await this.clearStopped(view);
    }
    await this.projector.assign([...this.assigned.values()]);
    await this.reactor.own(owned.get(rowSetName(POLICIES)));
    for (const { view, stopped } of this.projector.states())
      if (stopped !== undefined) await this.stopped(view, stopped);
  }

  private reportOwnership(owned: ReadonlyMap<string, Epoch>): void {
    const { onNotice = () => undefined } = this.options;
    const before = this.owned;
    this.owned = owned;
    for (const rows of before.keys()) if (!owned.has(rows)) onNotice({ event: 'owner.lost', rows });
    for (const [rows, epoch] of owned)
      if (before.get(rows) !== epoch) onNotice({ event: 'owner.taken', rows, epoch });
  }

  /** Retry a view that stopped in another process or another release. */
  private async clearStopped(view: View): Promise<void> {
    await this.options.catalog.change(view.name, (record) => {
      const { [rowSetName(view)]: before, ...stopped } = record.stopped;
      return before ? { ...record, stopped } : record;
    });
  }

  /** Record that a view stopped, for all processes to see. */
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

const initialRecord = (record: ViewRecord, version: number): ViewRecord =>
  record.serving || record.building
    ? record
    : { ...record, serving: { version, generation: 1 }, built: { ...record.built, [version]: 1 } };

/** Whether a build needs a job: it is not paused and does not wait to be switched. */
const isDue = (build: Build | undefined): boolean =>
  build !== undefined && !build.paused && !(build.state === 'verified' && build.hold);

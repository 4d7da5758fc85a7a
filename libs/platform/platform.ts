import { type Scope } from '@waymark/core/kernel';
import { type Principal, type Reach, type Lookup } from '@waymark/core/access';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, Submitter, systemClock } from '@waymark/core/commands';
import { Uploads } from '@waymark/core/imports';
import type { WorkHandler } from '@waymark/core/jobs';
import type { ControlStore, EventStore, Jobs, KeyStore, RowReader, RowStore } from '@waymark/core/kernel';
import {
  chaining,
  Keyring,
  encrypting,
  type SealLog,
  sealLog,
  type SealReport,
  upcasting,
  redacting,
} from '@waymark/core/log';
import { Catalog, Rebuilder, Serving, Skips } from '@waymark/core/projections';
import type { Reactor } from '@waymark/core/reactions';
import {
  changesOf,
  type Fault,
  type Notice,
  observedJob,
  Parking,
  rebuildJob,
  requestRebuild,
  Settlement,
  Upkeep,
} from '@waymark/core/upkeep';
import { AccessLog, Directory, lookupIn, People, reachFor, scopesOf } from '@waymark/governance/access';
import { privacyHandlers, processingRestriction } from '@waymark/governance/privacy';
import { ExportFiles } from '@waymark/modules/exports';
import { type PublishedRates, readPublishedRates } from '@waymark/modules/insights/published-rates';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { jobHandlers } from './jobs';
import { masterKeys } from './master-keys';
import { modules, personal, submitted, unknown } from './modules';
import { packaged } from './package-root';
import { copyOfAll } from './scratch';
import { sealKey, sealSinks } from './seals';
import type { Settings } from './settings';
import { KEYS, openStores, type OtherViews, type Stores } from './stores';
import { type Records, recordsFrom } from './records';

export interface PlatformOptions extends Partial<Omit<Settings, 'data'>> {
  /** Folder of the embedded stores, of uploads, exports and keys. */
  readonly data: string;
  readonly clock?: Clock;
  /** Takes part in keeping views up only where no other process does: for a command line. */
  readonly standby?: boolean;
  /** Views in another release's form: only a service is to begin them anew. `refused`, if left out. */
  readonly otherViews?: OtherViews;
  /** Told of a view that stopped, or a policy that failed and will be tried again. */
  readonly onFault?: (what: string, reason: string, fault: Fault) => void;
  /** Told what this process owns, and what becomes of views by what it does. */
  readonly onNotice?: (notice: Notice) => void;
  /** Name of this process among those that keep views up; made up if left out. */
  readonly member?: string;
}

/** Everything put together: the one place where adapters are chosen. */
export class Platform {
  /** The log, each event in its current schema, with the personal fields that there are keys for. */
  readonly events: EventStore;
  /** The same with personal fields sealed: what views and policies are made from. */
  readonly log: EventStore;
  /** What those are told from who may see what is personal. */
  readonly fullRecords: Records;
  /** What everybody else is told from. */
  readonly redactedRecords: Records;
  readonly keyring: Keyring;
  readonly submitter: Submitter;
  /** What rights depend on: streams, claims and the log, never a view. */
  readonly look: Lookup;
  /** Who may do what. */
  readonly people: People;
  /** Who looked at what. */
  readonly accessLog: AccessLog;
  readonly catalog: Catalog;
  readonly serving: Serving;
  readonly rebuilder: Rebuilder;
  readonly parking: Parking;
  readonly published: PublishedRates;
  readonly uploads: Uploads;
  readonly exports: ExportFiles;
  private readonly upkeep: Upkeep;
  private readonly settlement: Settlement;
  private readonly works: boolean;
  private removeOnClose = false;

  private constructor(
    private readonly options: PlatformOptions,
    /** The stores themselves. */
    readonly stores: Stores,
  ) {
    const { clock = systemClock, work = true, standby = false, onFault, onNotice, data } = options;
    const now = (): string => clock.now();
    const { rows } = stores;
    this.works = work;
    const { master, former } = masterKeys(options);
    const keyring = (this.keyring = new Keyring({ keys: stores.keys, master, former }));
    const chained = chaining(stores.events, { writesAnew: options.engines?.events === undefined });
    const log = (this.log = upcasting(stores.events, modules));
    const events = (this.events = upcasting(encrypting(chained, keyring, personal), modules));
    const hashKey = options.hashKey ?? keyFromFile(join(data, KEYS, 'hash.key'));
    const submitter = (this.submitter = new Submitter({
      events,
      modules: submitted,
      hashKey,
      clock,
      restriction: processingRestriction,
    }));
    this.fullRecords = { things: submitter, events };
    this.redactedRecords = recordsFrom(upcasting(redacting(stores.events, personal), modules), modules);
    this.look = lookupIn({ submitter, directory: new Directory(log), now });
    this.people = new People({ submitter, now, accessAdministrator: options.accessAdministrator });
    this.accessLog = new AccessLog({ submitter, events, now });
    keyring.onDestroyed(() => submitter.forget());
    const catalog = (this.catalog = new Catalog(rows.control, (view, before, after) => {
      for (const notice of changesOf(view, before, after)) onNotice?.(notice);
    }));
    const serving = (this.serving = new Serving(rows, catalog, views));
    const rebuilder = (this.rebuilder = new Rebuilder({
      ...{ events: log, rows, views, catalog, now },
      folding: { unknown, skips: new Skips(log) },
      onChanged: async () => (work ? this.upkeep.changed() : undefined),
    }));
    this.upkeep = new Upkeep({
      ...{
        events: log,
        rows,
        views,
        policies,
        submitter,
        catalog,
        serving,
        rebuilder,
        unknown,
        now,
        standby,
      },
      control: rows.control,
      member: options.member ?? randomUUID(),
      onOutdated: (outdated) => requestRebuild(stores.jobs, catalog, outdated),
      onFault: (what, reason, fault) => onFault?.(what, reason, fault),
      ...(onNotice && { onNotice }),
    });
    this.parking = new Parking({
      ...{ events: log, rows, views, catalog, submitter, now },
      reactor: this.reactor,
    });
    this.settlement = new Settlement(log, serving, catalog, this.reactor);
    this.uploads = new Uploads(data);
    this.exports = new ExportFiles(data);
    this.published = readPublishedRates(
      readFileSync(packaged('data', 'reference', 'dfe-attendance-2025-26.csv')),
    );
  }

  /** Open everything, and take part in the work unless the options say otherwise. */
  static async open(options: PlatformOptions): Promise<Platform> {
    mkdirSync(options.data, { recursive: true, mode: 0o700 });
    const { data, engines = {}, otherViews = 'refused', onFault } = options;
    const stores = await openStores({
      ...{ data, engines, otherViews },
      warn: (message) => onFault?.('jobs', message, { event: 'fault' }),
    });
    const platform = new Platform(options, stores);
    if (platform.works) await platform.upkeep.start();
    return platform;
  }

  /** The views as they are served: all that is read of what this gives belongs together. */
  get rows(): RowReader {
    return this.serving.reader();
  }

  get jobs(): Jobs {
    return this.stores.jobs;
  }

  get keys(): KeyStore {
    return this.stores.keys;
  }

  get rowStore(): RowStore {
    return this.stores.rows;
  }

  /** Small documents on how the service is run. */
  get control(): ControlStore {
    return this.stores.rows.control;
  }

  get reactor(): Reactor {
    return this.upkeep.reactor;
  }

  /** Folder of the embedded stores, of uploads, exports and keys. */
  get data(): string {
    return this.options.data;
  }

  /** How far a principal's roles reach for an action. Refused as `NOT_ALLOWED` where none allows it anywhere. */
  reachFor(principal: Principal, action: string): Reach {
    return reachFor(principal, action);
  }

  /** The scopes that a thing lies in; none where it does not exist. */
  scopesOf(module: string, id: string): Promise<readonly Scope[]> {
    return scopesOf(this.look, module, id);
  }

  /** Seal what was recorded since the last seal; undefined where another process is at that. */
  sealLog(how?: SealLog): Promise<SealReport | undefined> {
    const { stores, control, options } = this;
    const [sinks, key, now] = [sealSinks(options), () => sealKey(options), () => this.now()];
    return sealLog({ log: stores.events, control, sinks, key, now }, how);
  }

  /** The present moment: UTC, milliseconds. */
  now(): string {
    return (this.options.clock ?? systemClock).now();
  }

  /** Do jobs in this process from now on: rebuilds, and those of every other kind or of the kinds given. */
  async work(
    handlers: readonly WorkHandler[] = [...jobHandlers(this), ...privacyHandlers(this)],
  ): Promise<void> {
    const { onFault = () => undefined } = this.options;
    await this.jobs.work([...handlers, rebuildJob(this.rebuilder)].map(observedJob(onFault)));
    for (const { kind, cron } of handlers) {
      if (cron !== undefined) await this.jobs.schedule(kind, cron, {});
    }
  }

  /** Until every view and policy has seen all that the log holds now. */
  settle(): Promise<void> {
    return this.settlement.settle();
  }

  /** A copy of everything to try something on, embedded; closing it removes it. */
  async scratch(): Promise<Platform> {
    const { clock, onFault, hashKey, masterKeys } = this.options;
    const data = await copyOfAll(this.data, this.stores);
    const copy = await Platform.open({
      data,
      ...(clock && { clock }),
      ...(onFault && { onFault }),
      ...(hashKey && { hashKey }),
      ...(masterKeys && { masterKeys }),
    });
    await copy.work([]);
    copy.removeOnClose = true;
    return copy;
  }

  async close(): Promise<void> {
    await this.jobs.close();
    if (this.works) await this.upkeep.stop();
    await this.stores.events.close();
    await this.stores.rows.close();
    await this.stores.keys.close();
    if (this.removeOnClose) rmSync(this.data, { recursive: true, force: true });
  }
}

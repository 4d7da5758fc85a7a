import { type KeyObject, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Principal, Reach } from '@waymark/core/access';
import { type ClaimWatch, type Clock, Submitter, systemClock } from '@waymark/core/commands';
import { type Sender, Uploads } from '@waymark/core/imports';
import type { WorkHandler } from '@waymark/core/jobs';
import type {
  ControlStore,
  EventStore,
  Jobs,
  KeyStore,
  Lookup,
  MasterKey,
  RowReader,
  RowStore,
  Scope,
} from '@waymark/core/kernel';
import {
  chaining,
  Keyring,
  encrypting,
  type SealLog,
  type Shortfall,
  shortfallOf,
  shortfallText,
  sealLog,
  type SealReport,
  upcasting,
  redacting,
} from '@waymark/core/log';
import { Catalog, Rebuilder, Serving, Skips } from '@waymark/core/projections';
import type { Records } from '@waymark/core/questions';
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
import {
  AccessLog,
  ClaimLimit,
  Directory,
  LeftOut,
  lookupIn,
  People,
  reachFor,
  scopesOf,
  senderOf,
} from '@waymark/governance/access';
import { privacyHandlers, processingRestriction } from '@waymark/governance/privacy';
import { ExportFiles } from '@waymark/modules/exports';
import { defaultDisclosure, type DisclosureRule } from '@waymark/modules/insights/disclosure/symbols';
import { type PublishedRates, readPublishedRates } from '@waymark/modules/insights/published-rates';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { makePrivate } from '@waymark/stores/files/private-folder';
import { DryRunQueue } from './dry-run-queue';
import { jobHandlers } from './jobs';
import { loadMasterKeys } from './master-keys';
import { commandModules, modules, personalFields, unknownEventReason } from './modules';
import { packageFile } from './package-file';
import { recordsFrom } from './records';
import { createScratchFolder } from './scratch';
import { ownSeals, sealKey, sealSinks } from './seals';
import type { Settings } from './settings';
import { type IncompatibleViews, KEYS_FOLDER, openStores, type Stores } from './stores';

export interface PlatformOptions extends Partial<Omit<Settings, 'data'>> {
  /** Folder of the embedded stores, of uploads, exports and keys. */
  readonly data: string;
  readonly clock?: Clock;
  /** Projects views only while no other process does: for the command line. */
  readonly standby?: boolean;
  /** What to do with views in another release's format. Only a service should rebuild them. Defaults to `refuse`. */
  readonly incompatibleViews?: IncompatibleViews;
  /** Called when something fails: a view stops, a row is parked, a policy or a job fails. */
  readonly onFault?: (what: string, reason: string, fault: Fault) => void;
  /** Called when this process gains or loses a view, changes the state of one, or makes files of the data folder private. */
  readonly onNotice?: (notice: Notice) => void;
  /** Where the roles of people who send files are read. Defaults to this log; a dry run reads those of the original. */
  readonly senders?: Pick<People, 'principal'>;
  /** Records and limits refused claims. Defaults to the access log of this log; a dry run uses that of the original. */
  readonly claimWatch?: ClaimWatch;
  /** Name of this process among the members that project views. Defaults to a random id. */
  readonly member?: string;
}

/** The composition of the whole service: the one place that chooses adapters. */
export class Platform {
  /** The log, with events in their current schema and personal fields decrypted, unless their key was destroyed. */
  readonly events: EventStore;
  /**
   * The log without personal fields. Views and policies read this one, so that no view holds them, even those that an
   * earlier release recorded in clear.
   */
  readonly log: EventStore;
  /** Records for readers who may see personal data. */
  readonly fullRecords: Records;
  /** Records for all other readers, with personal fields removed. */
  readonly redactedRecords: Records;
  readonly keyring: Keyring;
  /** The master keys that may wrap data keys. */
  readonly masters: readonly MasterKey[];
  readonly submitter: Submitter;
  /** What rights depend on: streams, claims and the log, never a view. */
  readonly look: Lookup;
  /** People and their roles. */
  readonly people: People;
  /** Records who was shown whose data. */
  readonly accessLog: AccessLog;
  /** The pupils who are left out of research. */
  readonly leftOut: LeftOut;
  private readonly claimWatch: ClaimWatch;
  readonly catalog: Catalog;
  readonly serving: Serving;
  readonly rebuilder: Rebuilder;
  readonly parking: Parking;
  readonly published: PublishedRates;
  /** Which numbers of pupils are small, and which rates unreliable. */
  readonly disclosure: DisclosureRule;
  readonly uploads: Uploads;
  readonly exports: ExportFiles;
  readonly dryRuns: DryRunQueue;
  private readonly upkeep: Upkeep;
  private readonly settlement: Settlement;
  private readonly works: boolean;
  private removeOnClose = false;

  private constructor(
    private readonly options: PlatformOptions,
    /** The stores without the layers that encrypt, chain and upcast. */
    readonly stores: Stores,
  ) {
    const { clock = systemClock, work = true, standby = false, onFault, onNotice, data } = options;
    const now = (): string => clock.now();
    const { rows } = stores;
    this.works = work;
    const { master, former } = loadMasterKeys(options);
    this.masters = [master, ...former];
    const keyring = (this.keyring = new Keyring({ keys: stores.keys, master, former }));
    const chained = chaining(stores.events, { writesAnew: options.engines?.events === undefined });
    const log = (this.log = upcasting(redacting(chained, personalFields), modules));
    const events = (this.events = upcasting(encrypting(chained, keyring, personalFields), modules));
    const hashKey = options.hashKey ?? keyFromFile(join(data, KEYS_FOLDER, 'hash.key'));
    const submitter = (this.submitter = new Submitter({
      events,
      modules: commandModules,
      hashKey,
      keyring,
      clock,
      restriction: processingRestriction,
    }));
    this.fullRecords = { things: submitter, events };
    this.redactedRecords = recordsFrom(log, modules);
    this.look = lookupIn({ submitter, directory: new Directory(log), now });
    this.people = new People({ submitter, now, accessAdministrator: options.accessAdministrator });
    this.accessLog = new AccessLog({ submitter, events, now });
    this.leftOut = new LeftOut(log);
    this.claimWatch = options.claimWatch ?? new ClaimLimit({ submitter, now, most: options.refusedClaims });
    submitter.watchClaims(this.claimWatch);
    keyring.onDestroyed(() => submitter.forget());
    const catalog = (this.catalog = new Catalog(rows.control, views, (stored, before, after) => {
      for (const notice of changesOf(stored, before, after)) onNotice?.(notice);
    }));
    const serving = (this.serving = new Serving(rows, catalog, views));
    const rebuilder = (this.rebuilder = new Rebuilder({
      ...{ events: log, rows, views, catalog, now },
      folding: { unknown: unknownEventReason, skips: new Skips(log) },
      onChanged: async () => (work ? this.upkeep.changed() : undefined),
      onBuilt: () => this.reportShortfall(),
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
        unknown: unknownEventReason,
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
    this.disclosure = options.disclosure ?? defaultDisclosure;
    this.dryRuns = new DryRunQueue({ control: rows.control, ...options.dryRuns });
    this.published = readPublishedRates(
      readFileSync(packageFile('data', 'reference', 'dfe-attendance-2025-26.csv')),
    );
  }

  /**
   * Open the stores, and project views and run policies unless `work` is false. Jobs start with {@link work}. The data
   * folder is made private to its owner. Throws `FOLDER_NOT_OWNED` if it belongs to another user.
   */
  static async open(options: PlatformOptions): Promise<Platform> {
    const { data, engines = {}, incompatibleViews = 'refuse', onFault, onNotice } = options;
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const entries = makePrivate(data);
    if (entries > 0) onNotice?.({ event: 'data.tightened', entries });
    const stores = await openStores({
      ...{ data, engines, incompatibleViews },
      warn: (message) => onFault?.('jobs', message, { event: 'fault' }),
    });
    const platform = new Platform(options, stores);
    if (platform.works) await platform.upkeep.start();
    return platform;
  }

  /** A reader of the generations that serve now. Reads through one reader are from the same generations. */
  get rows(): RowReader {
    return this.serving.reader();
  }

  /** The rights of a person who sends files, with the roles held at each command. */
  sender(actor: string): Sender {
    const { senders = this.people } = this.options;
    return senderOf(this.look, () => senders.principal(actor));
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

  /** Small coordination documents: members, owners, the catalog. */
  get control(): ControlStore {
    return this.stores.rows.control;
  }

  get reactor(): Reactor {
    return this.upkeep.reactor;
  }

  /** The data folder. */
  get data(): string {
    return this.options.data;
  }

  /** The reach of a principal's roles for an action. Throws `NOT_ALLOWED` if no role allows it. */
  reachFor(principal: Principal, action: string): Reach {
    return reachFor(principal, action);
  }

  /** The scopes that contain a thing; empty if it does not exist. */
  scopesOf(module: string, id: string): Promise<readonly Scope[]> {
    return scopesOf(this.look, module, id);
  }

  /** Seal the events recorded since the last seal. Returns undefined if another process is sealing. */
  sealLog(how?: SealLog): Promise<SealReport | undefined> {
    const { stores, control, options } = this;
    const [sinks, key, now] = [sealSinks(options), () => this.signingKey(), () => this.now()];
    return sealLog({ log: stores.events, control, sinks, key, now }, how);
  }

  /** The sealed events that the log lacks; undefined if it has them all. Reads the log. */
  sealedShortfall(): Promise<Shortfall | undefined> {
    const { options, stores } = this;
    return shortfallOf(stores.events, ownSeals(options));
  }

  private async reportShortfall(): Promise<void> {
    const missing = await this.sealedShortfall();
    if (!missing) return;
    const { sealed, found } = missing;
    this.options.onFault?.('log', shortfallText(missing), { event: 'log.incomplete', sealed, found });
  }

  /** The key that signs seals and certificates. Throws `NO_SEAL_KEY` if the file in the settings does not exist. */
  signingKey(): KeyObject {
    return sealKey(this.options);
  }

  /** The present moment: UTC, milliseconds. */
  now(): string {
    return (this.options.clock ?? systemClock).now();
  }

  /** Start to run jobs in this process: rebuilds, and the kinds that `handlers` handle (by default, all of them). */
  async work(
    handlers: readonly WorkHandler[] = [...jobHandlers(this), ...privacyHandlers(this)],
  ): Promise<void> {
    const { onFault = () => undefined } = this.options;
    await this.jobs.work([...handlers, rebuildJob(this.rebuilder)].map(observedJob(onFault)));
    for (const { kind, cron } of handlers) {
      if (cron !== undefined) await this.jobs.schedule(kind, cron, {});
    }
  }

  /** Wait until all views and policies have processed the log up to its present end. */
  settle(): Promise<void> {
    return this.settlement.settle();
  }

  /** Open an embedded copy of all data. Closing the copy deletes it. */
  async scratch(): Promise<Platform> {
    const { clock, onFault, hashKey, masterKeys } = this.options;
    const data = await createScratchFolder(this.data, this.stores);
    const copy = await Platform.open({
      ...{ data, senders: this.people, claimWatch: this.claimWatch },
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

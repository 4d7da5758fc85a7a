import { randomUUID } from 'node:crypto';
import { Submitter } from '@waymark/core/commands';
import type { RowSet, RowStore, View } from '@waymark/core/kernel';
import {
  type BuilderOptions,
  Catalog,
  maintained,
  projections,
  Rebuilder,
  Serving,
  Skips,
} from '@waymark/core/projections';
import { Parking, Upkeep, type UpkeepOptions } from '@waymark/core/upkeep';
import { readWhole } from './events';
import { TestClock, toyModules } from './lockers';
import { afterwards, type Connection } from './stores';
import { folded, known, type Rows, rowsOf, toyViews } from './views';

export interface ServiceOptions extends Partial<Pick<UpkeepOptions, 'policies' | 'member' | 'standby'>> {
  readonly views?: readonly View[];
  readonly known?: ReadonlySet<string>;
  /** The rows that rebuilds write to, if different. */
  readonly building?: RowStore;
  readonly folding?: Pick<BuilderOptions['folding'], 'page' | 'window'>;
  /** The service that rebuilds notify of changed generations; otherwise it notices within a second. */
  readonly tells?: Service;
}

/** A process that projects the toy views, composed as in the platform. */
export class Service {
  readonly catalog: Catalog;
  readonly serving: Serving;
  readonly submitter: Submitter;
  readonly rebuilder: Rebuilder;
  readonly upkeep: Upkeep;
  readonly parking: Parking;
  /** The views whose build was requested, for each request. */
  readonly due: (readonly string[])[] = [];
  /** The reported faults. */
  readonly faults: string[] = [];
  private started = false;

  constructor(
    readonly stores: Connection,
    private readonly options: ServiceOptions = {},
  ) {
    const { events, rows } = stores;
    const { building = rows, folding, policies = [], member = randomUUID(), standby = false } = options;
    const clock = new TestClock();
    const now = (): string => clock.now();
    const types = options.known ?? new Set([...known, ...projections.folds.keys()]);
    const unknown = ({ type }: { readonly type: string }): string | undefined =>
      types.has(type) ? undefined : `event ${type} is not known to this version`;
    const catalog = (this.catalog = new Catalog(rows.control, this.views));
    const serving = (this.serving = new Serving(rows, catalog, this.views));
    const submitter = (this.submitter = new Submitter({
      ...{ events, clock },
      modules: [...toyModules, projections],
      hashKey: Buffer.alloc(32, 7),
    }));
    const rebuilder = (this.rebuilder = new Rebuilder({
      ...{ events, views: this.views, now, rows: building },
      catalog: building === rows ? catalog : new Catalog(building.control, this.views),
      folding: { unknown, skips: new Skips(events), ...folding },
      onChanged: async () => {
        if (this.started) await this.upkeep.changed();
        await options.tells?.upkeep.changed();
      },
    }));
    this.upkeep = new Upkeep({
      ...{ events, rows, control: rows.control, views: this.views, policies, submitter, catalog, serving },
      ...{ rebuilder, unknown, now, member, standby },
      onOutdated: (views) => Promise.resolve(void this.due.push(views)),
      onFault: (what, reason) => void this.faults.push(`${what}: ${reason}`),
    });
    this.parking = new Parking({
      ...{ events, rows, views: this.views, catalog, submitter, now, reactor: this.upkeep.reactor },
    });
  }

  /** A running service, until the end of the current test. */
  static async working(stores: Connection, options: ServiceOptions = {}): Promise<Service> {
    const service = new Service(stores, options);
    afterwards(() => service.stop());
    await service.start();
    return service;
  }

  get views(): readonly View[] {
    return this.options.views ?? toyViews;
  }

  async start(): Promise<void> {
    await this.upkeep.start();
    this.started = true;
  }

  async stop(): Promise<void> {
    this.started = false;
    await this.upkeep.stop();
  }

  /** Wait until what this process owns has processed the whole log. */
  async caughtUp(): Promise<void> {
    await this.upkeep.changed();
    await this.upkeep.projector.catchUp();
    await this.upkeep.reactor.catchUp();
  }

  /** All rows, as queries see them. */
  rows(): Promise<Rows> {
    return rowsOf(this.serving.reader(), this.views);
  }

  /** The rows expected from the log. */
  async wanted(): Promise<Rows> {
    return folded(await readWhole(this.stores.events), this.views);
  }

  /** The rows of every generation that is kept up to date, by name. */
  async generations(of: View): Promise<readonly (readonly [RowSet, object])[]> {
    const sets = maintained(of, await this.catalog.record(of.name));
    return Promise.all(
      sets.map(async (set) => [set, (await rowsOf(this.stores.rows, [set]))[of.name]!] as const),
    );
  }
}

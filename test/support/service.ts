import { randomUUID } from 'node:crypto';
import { Submitter } from '@waymark/core/commands';
import type { RowSet, RowStore, View } from '@waymark/core/kernel';
import {
  type BuilderOptions,
  Catalog,
  keptUp,
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
  /** What rebuilds write through, where it is not what everything else does. */
  readonly building?: RowStore;
  readonly folding?: Pick<BuilderOptions['folding'], 'page' | 'window'>;
  /** Whom rebuilds tell of another generation, who would otherwise find out in a second. */
  readonly tells?: Service;
}

/** A process that keeps the toy views up, put together as the platform puts its own together. */
export class Service {
  readonly catalog: Catalog;
  readonly serving: Serving;
  readonly submitter: Submitter;
  readonly rebuilder: Rebuilder;
  readonly upkeep: Upkeep;
  readonly parking: Parking;
  /** Views that it asked to have built, each time it did. */
  readonly due: (readonly string[])[] = [];
  /** What it said went wrong. */
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
    const catalog = (this.catalog = new Catalog(rows.control));
    const serving = (this.serving = new Serving(rows, catalog, this.views));
    const submitter = (this.submitter = new Submitter({
      ...{ events, clock },
      modules: [...toyModules, projections],
      hashKey: Buffer.alloc(32, 7),
    }));
    const rebuilder = (this.rebuilder = new Rebuilder({
      ...{ events, views: this.views, now, rows: building },
      catalog: building === rows ? catalog : new Catalog(building.control),
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

  /** A service that works from now on, up to the end of the test at hand. */
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

  /** Until what this process owns has seen the whole log. */
  async caughtUp(): Promise<void> {
    await this.upkeep.changed();
    await this.upkeep.projector.catchUp();
    await this.upkeep.reactor.catchUp();
  }

  /** All rows, as queries are answered. */
  rows(): Promise<Rows> {
    return rowsOf(this.serving.reader(), this.views);
  }

  /** What all rows must be, by the log. */
  async wanted(): Promise<Rows> {
    return folded(await readWhole(this.stores.events), this.views);
  }

  /** Rows of every generation that is kept up, by its name. */
  async generations(of: View): Promise<readonly (readonly [RowSet, object])[]> {
    const sets = keptUp(of, await this.catalog.record(of.name));
    return Promise.all(
      sets.map(async (set) => [set, (await rowsOf(this.stores.rows, [set]))[of.name]!] as const),
    );
  }
}

import type { EventStore } from '@waymark/core/kernel';
import type { ViewRecord } from '@waymark/core/projections';
import { readWhole } from './events';
import { Service } from './service';
import { openStores } from './stores';
import { empty, put, toyViews, viewNames } from './views';

/** A service with a small log whose views are rebuilt, four events at a time. */
export class Rebuilding {
  readonly events: EventStore;

  private constructor(
    readonly stores: ReturnType<typeof openStores>,
    readonly service: Service,
  ) {
    ({ events: this.events } = stores);
  }

  static async begun(): Promise<Rebuilding> {
    const stores = openStores();
    const service = await Service.working(stores, { folding: { page: 4, window: 4 } });
    await put(stores.events, 'a', 'bag', 'coat', 'bag');
    await put(stores.events, 'b', 'shoes');
    await empty(stores.events, 'b');
    await put(stores.events, 'c', 'scarf', 'bag', 'coat', 'shoes');
    await service.caughtUp();
    return new Rebuilding(stores, service);
  }

  async build(views = viewNames, hold = false): Promise<string> {
    await this.service.rebuilder.plan(views, { hold });
    return this.service.rebuilder.run(views);
  }

  record(view = 'contents'): Promise<ViewRecord> {
    return this.service.catalog.record(view);
  }

  /** Position of the nth event of the log. */
  async place(n: number): Promise<number> {
    return (await readWhole(this.events))[n - 1]!.position;
  }

  /** Every generation that is kept up to date contains every event of the log exactly once. */
  async expectTheWholeLogOnce(): Promise<void> {
    const { service } = this;
    await service.caughtUp();
    const wanted = await service.wanted();
    expect(await service.rows()).toEqual(wanted);
    for (const view of toyViews)
      for (const [, rows] of await service.generations(view)) expect(rows).toEqual(wanted[view.name]);
  }
}

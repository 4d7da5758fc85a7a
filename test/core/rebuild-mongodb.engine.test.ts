import { join } from 'node:path';
import type { Db } from 'mongodb';
import { StoreUnavailable } from '@waymark/core/kernel';
import { openDatabase } from '@waymark/stores/mongodb/connection';
import { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { randomFrom } from '../crash/moments';
import { range } from '../support/events';
import { forTests, outages, startOwnMongoDb } from '../support/mongodb/server';
import { Service } from '../support/service';
import { afterwards, type Connection, temporaryDirectory } from '../support/stores';
import { empty, put, toyViews, viewNames } from '../support/views';

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 2 ** 31);
/** Time for restarting a server several times on a busy machine, in milliseconds. */
const RESTARTS = 240_000;
const patience = { serverSelectionTimeoutMS: 5_000 };
/** Many windows, so that faults occur in the middle of a build. */
const folding = { page: 25, window: 50 };
const EVENTS = 1_500;

describe(`a rebuild on MongoDB, FAULTS_SEED=${seed}`, () => {
  const random = randomFrom(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  const server = forTests(startOwnMongoDb);
  let stores: Connection;
  /** The connection that rebuilds write through. */
  let building: Db;
  let service: Service;

  beforeEach(async () => {
    const url = server().database();
    const events = new SqliteEventStore(join(temporaryDirectory(), 'events.sqlite'));
    const rows = await MongoRowStore.open(url, patience);
    building = openDatabase(url, { ...patience, monitorCommands: true });
    afterwards(() => Promise.all([events.close(), rows.close(), building.client.close()]));
    stores = { events, rows };
    service = await Service.working(stores, { folding, building: new MongoRowStore(building) });
    for (const _ of range(EVENTS)) await happen();
    await service.caughtUp();
  });

  /** Store an item in a locker, or empty it. */
  const happen = async (): Promise<void> => {
    const locker = String(upTo(40));
    await (random() < 0.05 ? empty(stores.events, locker) : put(stores.events, locker, `item ${upTo(20)}`));
  };

  /**
   * Run a rebuild to its end as its job does, retrying when the store does not answer. Returns the number of
   * interruptions.
   */
  const build = async (): Promise<number> => {
    for (let cutOff = 0; ; cutOff += 1) {
      try {
        expect(await service.rebuilder.run(viewNames)).toBe('live');
        return cutOff;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
  };

  /** Report each write of a rebuild, by number, when it is sent. Returns the number of writes. */
  const writing = async (onWrite: (n: number) => void, work: () => Promise<unknown>): Promise<number> => {
    let writes = 0;
    const count = ({ commandName }: { commandName: string }): void => {
      if (commandName === 'insert' || commandName === 'update') onWrite((writes += 1));
    };
    building.client.on('commandStarted', count);
    await work();
    building.client.off('commandStarted', count);
    return writes;
  };

  /** The live rows. Checks that every generation that is kept up to date contains every event exactly once. */
  const rowsOfAll = async (): Promise<object> => {
    await service.caughtUp();
    const wanted = await service.wanted();
    for (const view of toyViews)
      for (const [, rows] of await service.generations(view)) expect(rows).toEqual(wanted[view.name]);
    return service.rows();
  };

  it.each(outages)(
    'that is %s in the middle continues, goes live, and counts every event once',
    async (_, again) => {
      await service.rebuilder.plan(viewNames);
      const writes = await writing(() => undefined, build);

      await service.rebuilder.plan(viewNames);
      const moments = [0.1, 0.5].map((part) => Math.round((part + random() * 0.3) * writes));
      const restarts: Promise<void>[] = [];
      const meanwhile: Promise<void>[] = [];
      const disturb = (n: number): void => {
        if (moments.includes(n)) restarts.push(again(server()));
        if (n % 5 === 0) meanwhile.push(happen());
      };
      await writing(disturb, build);
      await Promise.all([...restarts, ...meanwhile]);
      expect(restarts).toHaveLength(moments.length);
      for (const name of viewNames)
        expect((await service.catalog.record(name)).serving).toEqual({ version: 1, generation: 3 });
      const disturbed = await rowsOfAll();

      await service.rebuilder.plan(viewNames);
      expect(await build()).toBe(0);
      expect(await rowsOfAll()).toEqual(disturbed);
    },
    RESTARTS,
  );
});

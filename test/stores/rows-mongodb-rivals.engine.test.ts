import { CheckpointMoved, Fenced, type RowStore, type View } from '@waymark/core/kernel';
import { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';
import { randomFrom } from '../crash/moments';
import { range } from '../support/events';
import { forTests, startMongoDb } from '../support/mongodb/server';
import { lockerLog, projectAll, projectBatch, type Projecting, rowsAfter } from '../support/small-projector';
import { afterwards } from '../support/stores';
import { contents, folded } from '../support/views';

const seed = Number(process.env['RIVALS_SEED'] ?? Date.now() % 2 ** 31);
const view = contents as View;

/**
 * Nothing prevents two processes from projecting the same view at the same time; the result must still be
 * correct.
 */
describe(`projectors that compete for a view on MongoDB, RIVALS_SEED=${String(seed)}`, () => {
  const random = randomFrom(seed);
  const server = forTests(startMongoDb);
  let stores: RowStore[];

  beforeEach(async () => {
    const url = server().database();
    stores = await Promise.all(range(3).map(() => MongoRowStore.open(url)));
    afterwards(() => Promise.all(stores.map((store) => store.close())));
    await stores[0]!.prepare(view);
  });

  const upTo = (most: number) => () => 1 + Math.floor(random() * most);

  it('count every event once and in order, in overlapping windows', async () => {
    const projecting: Projecting = { view, log: lockerLog(random, 1_500), window: upTo(9) };
    const done = await Promise.all(stores.map((store) => projectAll(store, projecting)));

    expect(await rowsAfter(stores[0]!, projecting)).toEqual(folded(projecting.log, [view]));
    // They did compete: each one lost sometimes.
    expect(Math.min(...done.map(({ lost }) => lost))).toBeGreaterThan(0);
    expect(done.reduce((sum, { written }) => sum + written, 0)).toBeGreaterThanOrEqual(1_500 / 9);
  });

  it('count every event once while the view changes owners repeatedly', async () => {
    const projecting: Projecting = { view, log: lockerLog(random, 900), window: upTo(9) };
    let fencedOff = 0;
    /** Own the view for some batches, and continue after the next owner has started. */
    const own = async (epoch: number, letNext: () => void): Promise<void> => {
      const store = stores[epoch % stores.length]!;
      const alone = upTo(3)();
      try {
        let at = await store.fence(view, epoch);
        for (const batch of range(20)) {
          if (batch === alone) letNext();
          at = await projectBatch(store, { ...projecting, epoch }, at);
        }
      } catch (error) {
        // Fenced by the next owner, or by rows written before that was noticed.
        if (error instanceof Fenced) expect(error.actual).toBeGreaterThan(epoch);
        else expect(error).toBeInstanceOf(CheckpointMoved);
        fencedOff += 1;
      }
      letNext();
    };
    const owners: Promise<void>[] = [];
    for (const n of range(40)) await new Promise<void>((letNext) => owners.push(own(n + 1, letNext)));
    await Promise.all(owners);
    await projectAll(stores[0]!, { ...projecting, epoch: 41 });

    expect(await rowsAfter(stores[0]!, projecting)).toEqual(folded(projecting.log, [view]));
    expect(fencedOff).toBeGreaterThan(0);
    await expect(stores[1]!.fence(view, 40)).rejects.toThrow(/owner 41/);
  });
});

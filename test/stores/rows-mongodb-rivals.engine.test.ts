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

/** Nothing keeps two processes from projecting one view at a time; what they make of it must be right all the same. */
describe(`projectors that fight over a view on MongoDB, by RIVALS_SEED=${String(seed)}`, () => {
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

  it('count every event once, in its order, in windows that overlap', async () => {
    const projecting: Projecting = { view, log: lockerLog(random, 1_500), window: upTo(9) };
    const done = await Promise.all(stores.map((store) => projectAll(store, projecting)));

    expect(await rowsAfter(stores[0]!, projecting)).toEqual(folded(projecting.log, [view]));
    // They did fight: each was beaten now and then.
    expect(Math.min(...done.map(({ lost }) => lost))).toBeGreaterThan(0);
    expect(done.reduce((sum, { written }) => sum + written, 0)).toBeGreaterThanOrEqual(1_500 / 9);
  });

  it('count every event once while the view changes hands, again and again', async () => {
    const projecting: Projecting = { view, log: lockerLog(random, 900), window: upTo(9) };
    let fencedOff = 0;
    /** Own the view for some batches, and go on after the next owner was let in. */
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
        // By the next owner's word, or by rows that were written before it was seen.
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

import { type RecordedEvent, Refusal, type View } from '@waymark/core/kernel';
import { randomFrom } from '../crash/moments';
import { range, readWhole } from '../support/events';
import { Service } from '../support/service';
import { openStores } from '../support/stores';
import { empty, folded, picky, popularity, put } from '../support/views';

jest.setTimeout(60_000);

const LOCKERS = ['a', 'b', 'c'];
/** A failure prints the seed; with the same seed all decisions are the same. */
const SEED = Number(process.env['PARKING_SEED'] ?? Date.now() % 2 ** 31);

describe('rows that are parked, retried and skipped while two processes project and others append', () => {
  it.each(range(6))(
    'reflect every event exactly once and in order, except skipped ones (%d)',
    async (round) => {
      const seed = SEED + round;
      const random = randomFrom(seed);
      const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
      const stores = openStores();
      const poison = new Set(['bomb']);
      const views: readonly View[] = [picky(poison), popularity as View];
      const processes = [
        await Service.working(stores, { views }),
        await Service.working(stores.connect(), { views }),
      ];
      const append = async (): Promise<unknown> =>
        random() < 0.1 ? empty(stores.events, one(LOCKERS)) : put(stores.events, one(LOCKERS), one(ITEMS));
      const retry = async (service: Service, key: string): Promise<void> => {
        await service.parking.retry('contents', key).catch(notWaiting);
      };
      /** Handle one parked row: retry it, perhaps twice concurrently, or skip the event. */
      const see = async (): Promise<void> => {
        const key = one(LOCKERS);
        if (random() < 0.3) {
          await one(processes).parking.skip('contents', key, 'no reason at all', 'clerk').catch(notWaiting);
        } else {
          poison.clear();
          await Promise.all(processes.slice(0, random() < 0.5 ? 1 : 2).map((each) => retry(each, key)));
          poison.add('bomb');
        }
      };

      let seeing = Promise.resolve();
      const going: Promise<unknown>[] = [];
      for (const _step of range(60)) {
        const chance = random();
        if (chance < 0.6) going.push(append());
        else if (chance < 0.8) going.push(one(processes).caughtUp());
        else going.push((seeing = seeing.then(see)));
        if (random() < 0.3) await one(going);
      }
      await Promise.all(going);
      poison.clear();
      for (const key of LOCKERS) await retry(processes[0]!, key);
      for (const each of [...processes, ...processes]) await each.caughtUp();

      const log = await readWhole(stores.events);
      const skipped = new Set(
        log.flatMap(({ type, data }) => (type === 'EventSkipped' ? [(data as { event: string }).event] : [])),
      );
      const counted = log.filter(({ id }: RecordedEvent) => !skipped.has(id));
      expect([seed, await processes[1]!.parking.list()]).toEqual([seed, []]);
      expect([seed, await processes[0]!.rows()]).toEqual([
        seed,
        { contents: folded(counted)['contents'], popularity: folded(log)['popularity'] },
      ]);
    },
  );
});

const ITEMS = ['bag', 'coat', 'shoes', 'bomb'];

/** Another process may have released it meanwhile. */
function notWaiting(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'NOT_PARKED')) throw error;
}

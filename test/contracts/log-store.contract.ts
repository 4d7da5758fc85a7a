import { type LogStore, START } from '@waymark/core/kernel';
import { verifyLog } from '@waymark/core/log';
import { newEvent, range, readWhole } from '../support/events';

/** What verification requires of an event store. `open` opens the same log each time. */
export function logStoreContract(name: string, begin: () => Promise<() => LogStore>): void {
  describe(`${name} as a log that is verified`, () => {
    let open: () => LogStore;
    let store: LogStore;

    beforeEach(async () => {
      open = await begin();
      store = open();
    });

    it('keeps a record of its seals, which is not an event of the log', async () => {
      expect(await store.sealRecord()).toBeUndefined();
      for (const text of ['first', '{"last":"ë"}']) {
        await store.saveSealRecord(text);
        expect(await store.sealRecord()).toBe(text);
        expect(await open().sealRecord()).toBe(text);
      }
      expect([await readWhole(store), await store.head()]).toEqual([[], START]);
      await store.append('locker-1', 'none', [newEvent('Noted')]);
      expect(await verifyLog(store)).toMatchObject({ events: 1, hidden: [] });
    });

    it('counts its events up to a position', async () => {
      expect(await store.count(START)).toBe(0);
      const positions: number[] = [];
      for (const n of range(7))
        positions.push((await store.append(`locker-${String(n % 2)}`, 'any', [newEvent('Noted')])).position);
      await store.saveSealRecord('a record');
      for (const [n, position] of positions.entries()) expect(await store.count(position)).toBe(n + 1);
      expect(await store.count(positions[2]! - 1)).toBe(2);
      expect(await store.count(await store.head())).toBe(7);
    });

    it('hides nothing', async () => {
      for (const n of range(5)) await store.append(`locker-${String(n % 2)}`, 'any', [newEvent('Noted')]);
      expect(await store.hiddenParts()).toEqual([]);
    });
  });
}

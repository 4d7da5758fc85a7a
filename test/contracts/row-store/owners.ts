import { Fenced, START } from '@waymark/core/kernel';
import { AGAIN, type Given, LOCKERS, stateOf, write } from './given';

export function ownerCases({ store, second, reopen }: Given): void {
  const fenced = { name: 'Fenced', view: 'lockers', epoch: 4, actual: 5 };

  describe('owners', () => {
    it('takes a view over at its checkpoint', async () => {
      expect(await store().fence(LOCKERS, 1)).toBe(START);
      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 } }, 1);

      expect(await (await second()).fence(LOCKERS, 2)).toBe(7);
      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { 1: { n: 1 } } });
    });

    it('refuses writes of an earlier owner, whatever checkpoint it expects', async () => {
      await store().fence(LOCKERS, 4);
      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 } }, 4);
      await (await second()).fence(LOCKERS, 5);

      for (const from of [7, 6]) {
        const late = write(store(), LOCKERS, [from, 9], { 1: { n: 2 }, 2: { n: 2 } }, 4);
        await expect(late).rejects.toBeInstanceOf(Fenced);
        await expect(late).rejects.toMatchObject(fenced);
        await expect(write(store(), LOCKERS, [from, 9], {}, 4)).rejects.toMatchObject(fenced);
      }
      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { 1: { n: 1 } } });
    });

    it('lets the current owner write, and take over again', async () => {
      await store().fence(LOCKERS, 5);
      expect(await store().fence(LOCKERS, 5)).toBe(START);

      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 } }, 5);
      await write(store(), LOCKERS, [7, 8], {}, 5);
      expect(await store().checkpoint(LOCKERS)).toBe(8);
    });

    it('treats a later owner that writes as the owner from then on', async () => {
      await store().fence(LOCKERS, 4);
      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 } }, 5);

      await expect(write(store(), LOCKERS, [7, 9], { 1: { n: 2 } }, 4)).rejects.toMatchObject(fenced);
      await expect(store().fence(LOCKERS, 4)).rejects.toMatchObject(fenced);
      expect(await stateOf(store(), LOCKERS)).toEqual({ at: 7, rows: { 1: { n: 1 } } });
    });

    it('keeps the owner when it is reopened, and prepared again', async () => {
      await store().fence(LOCKERS, 5);
      const again = await reopen();
      await again.prepare(LOCKERS);

      await expect(again.fence(LOCKERS, 4)).rejects.toMatchObject(fenced);
      await expect(write(again, LOCKERS, [START, 7], { 1: { n: 1 } }, 4)).rejects.toMatchObject(fenced);
    });

    it('has a separate owner for each generation of a view', async () => {
      await store().prepare(AGAIN);
      await store().fence(AGAIN, 5);

      await write(store(), LOCKERS, [START, 7], { 1: { n: 1 } });
      await expect(write(store(), AGAIN, [START, 7], {}, 4)).rejects.toMatchObject(fenced);
    });

    it('forgets the owner of a dropped view', async () => {
      await store().fence(LOCKERS, 5);
      await store().drop(LOCKERS);
      await store().prepare(LOCKERS);

      expect(await store().fence(LOCKERS, 1)).toBe(START);
    });

    it('makes the later of two the owner', async () => {
      const other = await second();
      for (let epoch = 2; epoch <= 20; epoch += 2) {
        await Promise.allSettled([store().fence(LOCKERS, epoch), other.fence(LOCKERS, epoch - 1)]);

        await expect(store().fence(LOCKERS, epoch - 1)).rejects.toMatchObject({ actual: epoch });
        expect(await store().fence(LOCKERS, epoch)).toBe(START);
      }
    });
  });
}

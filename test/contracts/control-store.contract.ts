import { ControlMoved, type ControlStore } from '@waymark/core/kernel';
import { range } from '../support/events';
import type { OpenedRowStore } from './row-store/given';

/** The requirements for every control store. */
export function controlStoreContract(name: string, open: () => Promise<OpenedRowStore>): void {
  describe(`${name} as a control store`, () => {
    let opened: OpenedRowStore;
    let store: ControlStore;
    const second = async (): Promise<ControlStore> => (await opened.second?.())?.control ?? store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store.control;
    });
    afterEach(() => opened.close());

    const ids = async (prefix: string): Promise<string[]> => (await store.list(prefix)).map(({ id }) => id);

    it('is empty at first', async () => {
      expect(await store.get('owner/caseload')).toBeUndefined();
      expect(await store.list('')).toEqual([]);
    });

    it('stores a document with its revision, which each change increments', async () => {
      expect(await store.put('owner/caseload', 'none', { by: 'a' })).toBe(1);
      expect(await store.get('owner/caseload')).toEqual({
        id: 'owner/caseload',
        revision: 1,
        doc: { by: 'a' },
      });

      expect(await store.put('owner/caseload', 1, { until: 7 })).toBe(2);
      expect(await store.put('owner/caseload', 2, {})).toBe(3);
      expect(await (await second()).get('owner/caseload')).toEqual({
        id: 'owner/caseload',
        revision: 3,
        doc: {},
      });
    });

    it('returns exactly what was written', async () => {
      const doc = {
        '': { 'a.b$': { $set: 1 } },
        z: [0.5, 2 ** 40, null, 'né\u0000'],
        a: true,
        gone: undefined,
      };
      await store.put(`O'Brien "é" %_.$`, 'none', doc);

      const found = (await store.get(`O'Brien "é" %_.$`))!.doc;
      expect(JSON.stringify(found)).toBe(JSON.stringify(doc));
      expect(found).not.toHaveProperty('gone');
    });

    it.each([
      ['created again', 'none'],
      ['changed from an earlier revision', 1],
      ['changed from a later revision', 3],
    ] as const)('refuses a document to be %s', async (_, expected) => {
      await store.put('a', 'none', { n: 1 });
      await store.put('a', 1, { n: 2 });

      const refused = store.put('a', expected, { n: 9 });
      await expect(refused).rejects.toBeInstanceOf(ControlMoved);
      await expect(refused).rejects.toMatchObject({ id: 'a' });
      expect(await store.get('a')).toEqual({ id: 'a', revision: 2, doc: { n: 2 } });
    });

    it('refuses to change a document that does not exist', async () => {
      await expect(store.put('a', 1, {})).rejects.toThrow(ControlMoved);
      await expect(store.put('a', 0, {})).rejects.toThrow(ControlMoved);

      expect(await store.list('')).toEqual([]);
    });

    it('deletes a document only at its current revision', async () => {
      await store.put('a', 'none', { n: 1 });
      await store.put('a', 1, { n: 2 });
      await expect(store.remove('a', 1)).rejects.toThrow(ControlMoved);
      await expect(store.remove('b', 1)).rejects.toThrow(ControlMoved);
      expect(await store.get('a')).toMatchObject({ revision: 2 });

      await store.remove('a', 2);
      expect(await store.get('a')).toBeUndefined();
      await expect(store.remove('a', 2)).rejects.toThrow(ControlMoved);
      expect(await store.put('a', 'none', { n: 3 })).toBe(1);
    });

    it('writes nothing if a document cannot be serialised', async () => {
      const circular: { self?: object } = {};
      circular.self = circular;
      await expect(store.put('a', 'none', circular)).rejects.toThrow();
      expect(await store.get('a')).toBeUndefined();
    });

    it('lists by id prefix, ordered bytewise', async () => {
      const all = ['b/é', 'b/10', 'b/2', 'B/1', 'a', 'b', 'b/', 'b/€', 'bb', 'b%', 'b_x', 'c/b/1', 'b/🧭'];
      for (const id of all) await store.put(id, 'none', { id });

      expect(await ids('b/')).toEqual(['b/', 'b/10', 'b/2', 'b/é', 'b/€', 'b/🧭']);
      expect(await ids('b%')).toEqual(['b%']);
      expect(await ids('b_')).toEqual(['b_x']);
      expect(await ids('b/1')).toEqual(['b/10']);
      expect(await ids('nothing')).toEqual([]);
      expect(await ids('')).toHaveLength(all.length);
      expect((await store.list('a'))[0]).toEqual({ id: 'a', revision: 1, doc: { id: 'a' } });
    });

    it('lets exactly one of twenty writers on two connections create each revision', async () => {
      const stores = [store, await second()];
      for (const expected of ['none', 1, 2, 3, 4] as const) {
        const outcomes = await Promise.allSettled(
          range(20).map((by) => stores[by % 2]!.put('owner/caseload', expected, { by })),
        );
        const won = outcomes.flatMap(({ status }, by) => (status === 'fulfilled' ? [by] : []));
        const lost = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
        );
        expect(won).toHaveLength(1);
        expect(lost).toEqual(range(19).map(() => expect.any(ControlMoved)));
        expect(await store.get('owner/caseload')).toMatchObject({ doc: { by: won[0] } });
      }
    });

    it('loses no change of twenty writers that retry until they succeed', async () => {
      const stores = [store, await second()];
      await store.put('count', 'none', { n: 0 });
      const add = async (to: ControlStore): Promise<void> => {
        for (;;) {
          const { revision, doc } = (await to.get('count'))!;
          try {
            await to.put('count', revision, { n: (doc as { n: number }).n + 1 });
            return;
          } catch (error) {
            if (!(error instanceof ControlMoved)) throw error;
          }
        }
      };
      await Promise.all(range(20).map((by) => add(stores[by % 2]!)));

      expect(await store.get('count')).toEqual({ id: 'count', revision: 21, doc: { n: 20 } });
    });

    it('lets exactly one of two delete a document', async () => {
      await store.put('a', 'none', {});
      const outcomes = await Promise.allSettled([store.remove('a', 1), (await second()).remove('a', 1)]);

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    it('has its documents after it was reopened', async () => {
      await store.put('a', 'none', { n: 1 });
      await store.put('a', 1, { n: 2 });
      const again = (await opened.reopen()).control;

      expect(await again.list('')).toEqual([{ id: 'a', revision: 2, doc: { n: 2 } }]);
      await expect(again.put('a', 1, {})).rejects.toThrow(ControlMoved);
    });
  });
}

import type { RowStore } from '@waymark/core/kernel';
import { commitCases } from './row-store/commit';
import { type Given, LOCKERS, type OpenedRowStore } from './row-store/given';
import { ownerCases } from './row-store/owners';
import { parkedCases } from './row-store/parked';
import { readingCases } from './row-store/reading';
import { viewCases } from './row-store/views';

export type { OpenedRowStore };

/** The requirements for every row store. */
export function rowStoreContract(name: string, open: () => Promise<OpenedRowStore>): void {
  describe(`${name} as a row store`, () => {
    let opened: OpenedRowStore;
    let store: RowStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.prepare(LOCKERS);
    });
    afterEach(() => opened.close());

    const given: Given = {
      store: () => store,
      reopen: async () => (store = await opened.reopen()),
      // A store limited to one process is tested with the same connection twice.
      second: async () => (await opened.second?.()) ?? store,
    };
    for (const cases of [commitCases, readingCases, ownerCases, parkedCases, viewCases]) cases(given);
  });
}

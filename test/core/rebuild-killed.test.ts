import { type EventStore, rowSetName, type View } from '@waymark/core/kernel';
import { maintained } from '@waymark/core/projections';
import { POLICIES } from '@waymark/core/reactions';
import { DyingRows } from '../support/dying';
import { range } from '../support/events';
import { Service } from '../support/service';
import { openStores } from '../support/stores';
import { contents, empty, put, toyViews, viewNames } from '../support/views';

jest.setTimeout(60_000);

const folding = { page: 5, window: 5 };

describe('a rebuild whose process is killed', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  /** Another process that keeps views up to date. */
  let worker: Service;

  beforeEach(async () => {
    stores = openStores();
    ({ events } = stores);
    worker = await Service.working(stores);
    for (const n of range(12)) {
      await put(events, String(n % 3), `item ${String(n % 4)}`);
      if (n % 5 === 4) await empty(events, String(n % 3));
    }
    await worker.caughtUp();
  });

  /** What a starting process does: continue unfinished builds until none is left. */
  const startAnew = async (state = 'live'): Promise<void> => {
    const service = new Service(stores, { folding, tells: worker });
    await service.upkeep.start();
    try {
      for (const views of service.due) expect(await service.rebuilder.run(views)).toBe(state);
    } finally {
      await service.stop();
    }
  };
  const expectAllInOrder = async (): Promise<void> => {
    await worker.caughtUp();
    const wanted = await worker.wanted();
    expect(await worker.rows()).toEqual(wanted);
    const kept: string[] = [rowSetName(POLICIES)];
    for (const view of toyViews) {
      const record = await worker.catalog.record(view.name);
      expect([record.building, record.retired]).toEqual([undefined, undefined]);
      kept.push(...maintained(view, record).map(rowSetName));
      for (const [, rows] of await worker.generations(view)) expect(rows).toEqual(wanted[view.name]);
    }
    // No row set is left over, and none that is needed is dropped.
    expect(await stores.rows.names()).toEqual(kept.sort());
  };

  it.each([
    ['before', viewNames],
    ['after', [contents.name]],
  ] as const)(
    'just %s any of its writes continues where it was, and gives the same rows',
    async (when, views) => {
      for (let last = 1; ; last += 1) {
        await put(events, 'a', `for the one that dies at write ${String(last)}`);
        const dying = new DyingRows(stores.rows, last, when);
        const { rebuilder } = new Service(stores, { folding, tells: worker, building: dying.rows });
        const dead = await rebuilder.plan(views).then(
          () =>
            rebuilder.run(views).then(
              () => false,
              () => true,
            ),
          () => true,
        );
        expect(dead).toBe(dying.died);
        await startAnew();
        await expectAllInOrder();
        if (!dying.died) {
          // The build completed: every earlier write was the last write of one attempt.
          expect(last).toBeGreaterThan(12 * views.length);
          return;
        }
      }
    },
  );

  it('between two windows loses at most the last window', async () => {
    for (const kill of range(3)) {
      await worker.rebuilder.plan([contents.name]);
      const { rebuilder } = new Service(stores, { folding, tells: worker });
      const killed = new AbortController();
      let windows = 0;
      const dying = rebuilder.run([contents.name], {
        signal: killed.signal,
        onProgress: () => {
          if (windows++ === kill) killed.abort(new Error('killed'));
        },
      });
      await expect(dying).rejects.toThrow('killed');
      const { building } = await worker.catalog.record(contents.name);
      const set = { ...(contents as View), generation: building!.generation };
      const at = await stores.rows.checkpoint(set);

      let first: number | undefined;
      await rebuilder.run([contents.name], {
        onProgress: ({ state, position, events: read }) => {
          if (state === 'building') first ??= position - read;
        },
      });
      expect(first ?? at).toBe(at);
      await expectAllInOrder();
    }
  });

  it('before it started or after it ended does nothing', async () => {
    await startAnew();
    await worker.rebuilder.plan(viewNames, { hold: true });
    await startAnew('verified');
    expect(await worker.rebuilder.run(viewNames)).toBe('verified');
    await startAnew();
    for (const name of viewNames) {
      expect((await worker.catalog.record(name)).building?.state).toBe('verified');
      await worker.rebuilder.switch(name);
    }
    await expectAllInOrder();
  });
});

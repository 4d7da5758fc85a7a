import fc from 'fast-check';
import type { RecordedEvent, View } from '@waymark/core/kernel';
import { rowAt } from '@waymark/core/projections';
import { newEvent, readWhole } from '../support/events';
import { Service } from '../support/service';
import { openStores } from '../support/stores';
import { contents, empty, folded, popularity, put, refolding, toyViews } from '../support/views';

describe('a past row', () => {
  it('at any position is what the log up to there gives', async () => {
    const action = fc.tuple(
      fc.constantFrom('a', 'b'),
      fc.constantFrom('bag', 'coat', 'shoes', 'empty', 'paint'),
    );
    const property = fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
      const { events } = openStores();
      for (const [locker, what] of actions) {
        if (what === 'empty') await empty(events, locker);
        else if (what === 'paint') await events.append(`locker-${locker}`, 'any', [newEvent('DoorPainted')]);
        else await put(events, locker, what);
      }
      const log = await readWhole(events);
      for (const at of [undefined, ...log]) {
        const prefix = log.filter(({ position }) => at && position <= at.position);
        const wanted = folded(prefix);
        for (const [view, keys] of [
          [contents as View, ['a', 'b']],
          [popularity as View, ['bag', 'coat', 'shoes']],
        ] as const) {
          for (const key of keys) {
            const its = prefix.filter((event) => view.on.has(event.type) && view.key(event) === key);
            const past = await rowAt(events, view, key, at?.position ?? 0);
            expect(past).toEqual({
              row: wanted[view.name]![key] ?? null,
              events: its.length,
              ...(its.length > 0 && { last: named(its.at(-1)!) }),
            });
          }
        }
      }
    });
    await fc.assert(property, { numRuns: 15 });
  });

  const named = ({ id, type, position }: RecordedEvent) => ({ id, type, position });

  it('at the end is what the view shows, including skipped events', async () => {
    const refusing = refolding(contents as View, 'ItemStored', (row, event) => {
      if ((event.data as { item: string }).item === 'coat') throw new Error('no coats');
      return contents.on.get('ItemStored')!(row as never, event as never);
    });
    const stores = openStores();
    const service = await Service.working(stores, { views: [refusing] });
    await put(stores.events, 'a', 'bag', 'coat', 'shoes');
    await service.caughtUp();
    const end = await stores.events.head();
    await expect(rowAt(stores.events, refusing, 'a', end)).rejects.toThrow('no coats');

    await service.parking.skip('contents', 'a', 'it was never there', 'tester');
    expect((await rowAt(stores.events, refusing, 'a', end)).row).toEqual(
      (await service.rows())['contents']!['a'],
    );
    expect(await rowAt(stores.events, refusing, 'a', end)).toMatchObject({ events: 2, row: { count: 2 } });
  });

  it('reports the progress of reading the log', async () => {
    const { events } = openStores();
    for (let n = 0; n < 21; n += 1) await put(events, 'a', ...Array.from({ length: 100 }, () => 'bag'));
    const read: number[] = [];
    const past = await rowAt(events, toyViews[0]!, 'a', await events.head(), (position) =>
      read.push(position),
    );

    expect(past.row).toMatchObject({ count: 2_100 });
    expect(read).toEqual([(await readWhole(events))[1_999]!.position]);
  });
});

import { range } from '@test/support/events';
import { kept, rowsOf } from '@test/support/kept-rows';
import { blackpool, hastings } from '@test/support/views/given';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { schools } from '@waymark/modules/school/views/schools';
import { byKey, every, find, one, paged, type PageOf } from './read';

const letters = ['a', 'b', 'c', 'd'];
const page = (of: PageOf) => paged(letters, (letter) => letter, of);

describe('a page', () => {
  it.each([
    ['of all where no limit is asked for', {}, { items: letters }],
    ['up to the limit, with where to go on', { limit: 3 }, { items: ['a', 'b', 'c'], next: 'c' }],
    ['without more where the limit is what there is', { limit: 4 }, { items: letters }],
    ['after an item, that item left out', { after: 'b' }, { items: ['c', 'd'] }],
    ['after an item, up to the limit', { after: 'a', limit: 2 }, { items: ['b', 'c'], next: 'c' }],
    ['after an item, up to the end', { after: 'b', limit: 2 }, { items: ['c', 'd'] }],
    ['after an item that is gone', { after: 'bb', limit: 1 }, { items: ['c'], next: 'c' }],
    ['of nothing after the last', { after: 'd', limit: 2 }, { items: [] }],
    ['of nothing where nothing is asked for', { limit: 0 }, { items: [] }],
  ] as const)('is %s', (_, of, expected) => {
    expect(page(of)).toStrictEqual(expected);
  });

  it('is of a hundred items where no limit is asked for', () => {
    const many = range(101).map((n) => String(n).padStart(3, '0'));
    expect(paged(many, (key) => key, {})).toStrictEqual({ items: many.slice(0, 100), next: '099' });
    expect(paged(many.slice(0, 100), (key) => key, {})).toStrictEqual({ items: many.slice(0, 100) });
  });

  it('goes by the key of its items', () => {
    const items = [{ id: 'x' }, { id: 'y' }];
    expect(paged(items, ({ id }) => id, { limit: 1 })).toStrictEqual({ items: [{ id: 'x' }], next: 'x' });
    expect(paged(items, ({ id }) => id, { after: 'x' })).toStrictEqual({ items: [{ id: 'y' }] });
  });
});

describe('rows', () => {
  const many = Object.fromEntries(
    range(401).map((n) => [`p${String(n).padStart(3, '0')}`, { school: String(n) }]),
  );
  const rows = rowsOf(kept(pupils, many), kept(schools, { 1: blackpool, 2: hastings, 3: null }));
  const collected = async (...of: Parameters<typeof every>) => {
    const found: string[] = [];
    for await (const { key } of every(...of)) found.push(key);
    return found;
  };

  it('are found by key, and there is none where it was deleted or never was', async () => {
    expect(await one(rows, schools, '2')).toStrictEqual(hastings);
    expect(await one(rows, schools, '3')).toBeUndefined();
    expect(await one(rows, schools, '4')).toBeUndefined();
  });

  it('are found in the order of their keys', async () => {
    expect(await find(rows, schools)).toStrictEqual([
      { key: '1', row: blackpool },
      { key: '2', row: hastings },
    ]);
    expect(await find(rows, pupils, { limit: 1, after: 'p001' })).toStrictEqual([
      { key: 'p002', row: { school: '2' } },
    ]);
  });

  it.each([199, 200, 201, 400, 401])(
    'are gone through once each, however many there are: %d',
    async (count) => {
      const some = Object.fromEntries(Object.entries(many).slice(0, count));
      const reader = rowsOf(kept(pupils, some));
      expect(await collected(reader, pupils as never)).toEqual(Object.keys(some));
      expect(await byKey(reader, pupils)).toEqual(new Map(Object.entries(some)));
    },
  );

  it('are read two hundred at a time', async () => {
    const find = jest.spyOn(rows, 'find');
    await collected(rows, pupils as never);
    expect(find.mock.calls.map(([, query]) => query)).toStrictEqual([
      { where: {}, limit: 200 },
      { where: {}, limit: 200, after: 'p199' },
      { where: {}, limit: 200, after: 'p399' },
    ]);
    find.mockRestore();
  });

  it('are gone through as far as they are asked for', async () => {
    expect(await collected(rows, schools as never, { area: 'hastings' })).toEqual(['2']);
  });
});

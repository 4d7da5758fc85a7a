import fc from 'fast-check';
import { type Block, blockOf, blocksIn, isUnionOf, type Unit } from './blocks';

const SMALL = 5;

const unit = (path: string, pupils: number): Unit => ({ path: path.split('/'), counts: { pupils } });
const size = (units: readonly Unit[]): number =>
  units.reduce((sum, { counts }) => sum + counts['pupils']!, 0);
const isSafe = (units: readonly Unit[]): boolean => size(units) === 0 || size(units) >= SMALL;
const found = (units: readonly Unit[]): readonly Block[] => blocksIn(units.map(blockOf), { isSafe, size });
const named = (units: readonly Unit[]): string[] =>
  found(units)
    .map((block) => block.units.map(({ path }) => path.join('/')).join(' '))
    .sort();

describe('blocks', () => {
  it('are single units if no number is small', () => {
    expect(named([unit('a/x', 5), unit('a/y', 9), unit('b/x', 0)])).toEqual(['a/x', 'a/y', 'b/x']);
  });

  it('put small numbers of one place together, if their sum is enough', () => {
    expect(named([unit('a/x', 2), unit('a/y', 4), unit('a/z', 9)])).toEqual(['a/x a/y', 'a/z']);
  });

  it('put a small number together with the smallest of the rest that is not zero', () => {
    expect(named([unit('a/v', 0), unit('a/x', 2), unit('a/y', 7), unit('a/z', 6)])).toEqual([
      ...['a/v', 'a/x a/z', 'a/y'],
    ]);
  });

  it('go beyond the place only if its sum is small', () => {
    const units = [unit('a/x', 2), unit('a/y', 1), unit('b/x', 6), unit('b/y', 7), unit('c/x', 20)];
    expect(named(units)).toEqual(['a/x a/y b/x b/y', 'c/x']);
  });

  it('do not exist if the sum of everything is small', () => {
    expect(named([unit('a/x', 2), unit('b/x', 1)])).toEqual([]);
    expect(found([])).toEqual([]);
  });

  it('are a partition in which each sum is zero or not small, for any tree', () => {
    const place = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)).map((path) => path.join('/'));
    const tree = fc.dictionary(place, fc.nat(8), { minKeys: 1 });
    fc.assert(
      fc.property(tree, (counts) => {
        const units = Object.entries(counts).map(([path, pupils]) => unit(path, pupils));
        const blocks = found(units);
        expect(blocks.every((block) => isSafe(block.units))).toBe(true);
        const covered = blocks.flatMap((block) => block.units);
        expect(new Set(covered)).toEqual(new Set(isSafe(units) ? units : []));
        expect(covered).toHaveLength(isSafe(units) ? units.length : 0);
        // A place is a union of blocks if its sum may be given, unless a neighbour needs it.
        const places = new Set(units.map(({ path }) => path[0]));
        const open = [...places].filter((name) => !isSafe(units.filter(({ path }) => path[0] === name)));
        if (open.length > 0) return;
        for (const name of places)
          expect(isUnionOf(blocks, new Set(units.filter(({ path }) => path[0] === name)))).toBe(true);
      }),
    );
  });

  it('tell which groups are unions of them', () => {
    const [x, y, z] = [unit('a/x', 2), unit('a/y', 4), unit('a/z', 9)];
    const blocks = found([x, y, z]);
    expect(isUnionOf(blocks, new Set([x, y]))).toBe(true);
    expect(isUnionOf(blocks, new Set([z]))).toBe(true);
    expect(isUnionOf(blocks, new Set([x, z]))).toBe(false);
    expect(isUnionOf(blocks, new Set([unit('b', 20)]))).toBe(false);
  });
});

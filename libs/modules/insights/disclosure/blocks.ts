/**
 * The smallest part of a figure that an answer could give: the pupils of one mentor at one school, for example, or one
 * column of a table.
 */
export interface Unit {
  /** Its place in a tree, from the root: region, area, school, programme and mentor. No two units have the same. */
  readonly path: readonly string[];
  /** Numbers of pupils by column. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Units whose figures are given only together, and their common place in the tree. */
export interface Block<Of extends Unit = Unit> {
  readonly path: readonly string[];
  readonly units: readonly Of[];
}

export const blockOf = <Of extends Unit>(unit: Of): Block<Of> => ({ path: unit.path, units: [unit] });

/** What decides how units are put together. */
export interface Rule<Of extends Unit> {
  /** Whether the sum of these units may be given. */
  readonly isSafe: (units: readonly Of[]) => boolean;
  readonly size: (units: readonly Of[]) => number;
}

/**
 * The blocks of a tree: a partition of its units in which the sum of every block may be given. Units whose sum may not
 * be given are put together with others at the same place: first with other such units, then with the smallest of the
 * rest. Empty if the sum of the whole tree may not be given.
 *
 * Only unions of blocks are given. Their sums and differences are sums of blocks, so they tell nothing about a part of a
 * block.
 */
export const blocksIn = <Of extends Unit>(
  blocks: readonly Block<Of>[],
  rule: Rule<Of>,
): readonly Block<Of>[] => (blocks.length === 0 ? [] : (settled(blocks, rule, 0) ?? []));

/** Whether some units are a union of blocks. */
export function isUnionOf<Of extends Unit>(blocks: readonly Block<Of>[], some: ReadonlySet<Of>): boolean {
  let covered = 0;
  for (const { units } of blocks) {
    const within = units.filter((unit) => some.has(unit)).length;
    if (within > 0 && within < units.length) return false;
    covered += within;
  }
  return covered === some.size;
}

/** The blocks below a place in the tree; undefined if their sum may not be given. */
function settled<Of extends Unit>(
  blocks: readonly Block<Of>[],
  rule: Rule<Of>,
  depth: number,
): readonly Block<Of>[] | undefined {
  if (blocks.length === 1) return rule.isSafe(blocks[0]!.units) ? blocks : undefined;
  const closed: (readonly Block<Of>[])[] = [];
  let open: readonly Block<Of>[] = [];
  for (const child of childrenAt(depth, blocks)) {
    const known = settled(child, rule, depth + 1);
    if (known) closed.push(known);
    else open = [...open, ...child];
  }
  if (open.length === 0) return closed.flat();
  // A part without anybody protects nobody.
  const empty = closed.filter((child) => sizeOf(child, rule) === 0);
  const others = closed
    .filter((child) => sizeOf(child, rule) > 0)
    .sort((a, b) => sizeOf(a, rule) - sizeOf(b, rule));
  while (!rule.isSafe(unitsOf(open))) {
    const smallest = others.shift();
    if (!smallest) return undefined;
    open = [...open, ...smallest];
  }
  return [...empty.flat(), ...others.flat(), together(open, depth)];
}

/** The blocks of each child of a place, in the order of the children's names. */
function childrenAt<Of extends Unit>(depth: number, blocks: readonly Block<Of>[]): readonly Block<Of>[][] {
  const children = new Map<string, Block<Of>[]>();
  for (const block of blocks) {
    const name = block.path[depth] ?? '';
    const child = children.get(name);
    if (child) child.push(block);
    else children.set(name, [block]);
  }
  return [...children].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, child]) => child);
}

const unitsOf = <Of extends Unit>(blocks: readonly Block<Of>[]): readonly Of[] =>
  blocks.flatMap(({ units }) => units);

const sizeOf = <Of extends Unit>(blocks: readonly Block<Of>[], { size }: Rule<Of>): number =>
  size(unitsOf(blocks));

/** One block of several below the same place. */
const together = <Of extends Unit>(blocks: readonly Block<Of>[], depth: number): Block<Of> => ({
  path: [...blocks[0]!.path.slice(0, depth), blocks.map(({ path }) => path.slice(depth).join('/')).join('+')],
  units: unitsOf(blocks),
});

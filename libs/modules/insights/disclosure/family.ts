import { type Block, blockOf, blocksIn, isUnionOf, type Unit } from './blocks';

/** A column of a family, as a unit: its total decides whether it is given by itself. */
interface Column extends Unit {
  readonly name: string;
}

export interface FamilyOptions {
  /** Numbers from 1 up to, but not including, this one are small. */
  readonly smallBelow: number;
  /** Further sums of columns that must be zero or not small in each block, unless they are small everywhere. */
  readonly alsoSafe?: readonly (readonly string[])[];
}

/**
 * Columns whose numbers of pupils add up to something that is given too, such as the phases to all pupils. Units are put
 * together until each column is zero or not small; columns that are small everywhere are put together as well, first
 * those with the same beginning of the name, up to a slash.
 */
export class Family {
  readonly blocks: readonly Block[];
  private readonly columns: readonly Block<Column>[];

  /**
   * `within` are the blocks of a figure that includes this one, such as all pupils: so a block of that figure is never
   * divided by this one.
   */
  constructor(
    within: readonly Block[],
    private readonly names: readonly string[],
    { smallBelow, alsoSafe = [] }: FamilyOptions,
  ) {
    const isSmall = (value: number): boolean => value > 0 && value < smallBelow;
    const units = within.flatMap((block) => block.units);
    const columns = names.map((name) => ({
      ...{ name, path: name.split('/') },
      counts: { all: total(units, [name]) },
    }));
    const sizeOf = (some: readonly Column[]): number => total(some, ['all']);
    this.columns = blocksIn(columns.map(blockOf), { isSafe: (some) => !isSmall(sizeOf(some)), size: sizeOf });
    const also = alsoSafe.filter((some) => !isSmall(total(units, some)));
    const sums = [...this.columns.map((block) => block.units.map(({ name }) => name)), ...also];
    this.blocks =
      sums.length === 0
        ? []
        : blocksIn(within, {
            isSafe: (some) => sums.every((sum) => !isSmall(total(some, sum))),
            size: (some) => total(some, names),
          });
  }

  /** Whether the sum of some columns may be given for some units. */
  shows(units: ReadonlySet<Unit>, columns: readonly string[] = this.names): boolean {
    const chosen = this.columns.flatMap((block) => block.units).filter(({ name }) => columns.includes(name));
    return (
      chosen.length === columns.length &&
      isUnionOf(this.columns, new Set(chosen)) &&
      isUnionOf(this.blocks, units)
    );
  }
}

/** The sum of some columns over some units. */
function total(units: readonly Unit[], columns: readonly string[]): number {
  let sum = 0;
  for (const { counts } of units) for (const column of columns) sum += counts[column] ?? 0;
  return sum;
}

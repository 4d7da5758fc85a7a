/** Variables with their factors. */
export type Sum = ReadonlyMap<number, number>;

const TINY = 1e-7;

/**
 * What can be concluded about unknown numbers that are not negative, from sums that are known: a linear program, solved by
 * the simplex method with Bland's rule.
 */
export class LinearBounds {
  /** One row for each equation: the factors of all variables, and the sum. */
  private readonly rows: Float64Array[] = [];
  private readonly basis: number[] = [];
  private readonly width: number;

  constructor(
    private readonly variables: number,
    equations: readonly (readonly [Sum, number])[],
  ) {
    this.width = variables + equations.length;
    equations.forEach(([sum, value], index) => {
      const row = new Float64Array(this.width + 1);
      const sign = value < 0 ? -1 : 1;
      for (const [variable, factor] of sum) row[variable] = sign * factor;
      row[variables + index] = 1;
      row[this.width] = sign * value;
      this.rows.push(row);
      this.basis.push(variables + index);
    });
    const artificial = new Map(equations.map((_, index) => [variables + index, 1]));
    if (this.minimum(artificial, this.width) > 1e-5) throw new Error('the known sums contradict each other');
    this.removeArtificial();
  }

  /** The smallest and the largest possible value of a sum. */
  of(sum: Sum): readonly [number, number] {
    const least = this.minimum(sum, this.variables);
    const negative = new Map([...sum].map(([variable, factor]) => [variable, -factor]));
    return [least, -this.minimum(negative, this.variables)];
  }

  private minimum(sum: Sum, columns: number): number {
    const costs = new Float64Array(this.width + 1);
    for (const [variable, cost] of sum) costs[variable] = cost;
    this.basis.forEach((basic, index) => subtract(costs, this.rows[index]!, costs[basic]!));
    for (;;) {
      let entering = 0;
      while (entering < columns && costs[entering]! > -TINY) entering += 1;
      if (entering === columns) return -costs[this.width]!;
      const leaving = this.leavingFor(entering);
      if (leaving < 0) return -Infinity;
      this.pivot(leaving, entering);
      subtract(costs, this.rows[leaving]!, costs[entering]!);
    }
  }

  private leavingFor(entering: number): number {
    let [leaving, least] = [-1, Infinity];
    this.rows.forEach((row, index) => {
      if (row[entering]! <= TINY) return;
      const ratio = row[this.width]! / row[entering]!;
      const isLess = ratio < least - TINY;
      if (isLess || (ratio < least + TINY && this.basis[index]! < this.basis[leaving]!)) {
        [leaving, least] = [index, Math.min(ratio, least)];
      }
    });
    return leaving;
  }

  private pivot(leaving: number, entering: number): void {
    const row = this.rows[leaving]!;
    const factor = row[entering]!;
    for (let at = 0; at < row.length; at += 1) row[at]! /= factor;
    this.rows.forEach((other, index) => {
      if (index !== leaving) subtract(other, row, other[entering]!);
    });
    this.basis[leaving] = entering;
  }

  /** Take the artificial variables of the first phase out of the basis; equations that say nothing new are dropped. */
  private removeArtificial(): void {
    for (let index = this.rows.length - 1; index >= 0; index -= 1) {
      if (this.basis[index]! < this.variables) continue;
      const entering = this.rows[index]!.findIndex(
        (value, at) => at < this.variables && Math.abs(value) > TINY,
      );
      if (entering >= 0) this.pivot(index, entering);
      else {
        this.rows.splice(index, 1);
        this.basis.splice(index, 1);
      }
    }
  }
}

function subtract(from: Float64Array, row: Float64Array, times: number): void {
  if (Math.abs(times) < 1e-12) return;
  for (let at = 0; at < from.length; at += 1) from[at]! -= times * row[at]!;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Number of measurements of each side. The sides take turns, so that other load on the machine affects both. */
export const RUNS = 5;

/** A comparison of two ways to do the same work: the rate of each, and their ratio. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  /** Medians, in units per second. */
  readonly ours: number;
  readonly baseline: number;
  /** The median of the ratios of the runs. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly target: number;
}

/** A figure without a comparison. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly target?: string;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** The rate of some work, in units per second. */
export async function rate(units: number, work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return units / (Number(process.hrtime.bigint() - start) / 1e9);
}

/** Two ways to do the same work, to be compared. */
export interface SideBySide extends Pick<Comparison, 'name' | 'unit' | 'target'> {
  readonly baseline: () => Promise<number>;
  readonly ours: () => Promise<number>;
}

/** Measure both sides in turns, {@link RUNS} times after a warm-up run. */
export async function sideBySide(
  what: Pick<Comparison, 'name' | 'unit' | 'target'>,
  sides: Pick<SideBySide, 'baseline' | 'ours'>,
): Promise<Comparison> {
  const [result] = await allSideBySide([{ ...what, ...sides }]);
  return result!;
}

/** Measure several pairs, each of them once in every round. */
export async function allSideBySide(works: readonly SideBySide[]): Promise<Comparison[]> {
  const measured = works.map(() => ({ baseline: [] as number[], ours: [] as number[] }));
  for (let round = 0; round <= RUNS; round += 1) {
    for (const [at, { baseline, ours }] of works.entries()) {
      globalThis.gc?.();
      const theirs = await baseline();
      globalThis.gc?.();
      const own = await ours();
      if (round === 0) continue; // warm-up
      measured[at]!.baseline.push(theirs);
      measured[at]!.ours.push(own);
    }
  }
  return works.map(({ name, unit, target }, at) => {
    const { baseline, ours } = measured[at]!;
    const ratios = ours.map((value, run) => value / baseline[run]!);
    return {
      name,
      unit,
      target,
      ours: median(ours),
      baseline: median(baseline),
      ratio: median(ratios),
      ratios,
    };
  });
}

/** Run something in a temporary folder, which is then removed. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first of some items. */
export function* limited<T>(items: Iterable<T>, limit: number): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count++ === limit) return;
    yield item;
  }
}

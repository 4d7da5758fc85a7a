import 'reflect-metadata';
import { appends, appendsAgainstEmmett, appendsAsTheLogGrows } from './append';
import { duringRebuild } from './during';
import { commands, queries } from './http';
import { importing, importMemory } from './import';
import type { Comparison, Figure } from './measure';
import { projecting } from './project';
import { againstEmmett, rebuilding, rebuildMemory } from './rebuild';
import { sealed } from './sealing';
import { verifying } from './verify';

const comparisons: Readonly<Record<string, () => Promise<readonly (Comparison | Figure)[]>>> = {
  append: async () => [await appends()],
  during: duringRebuild,
  emmett: async () => [await appendsAgainstEmmett(), await againstEmmett()],
  growth: appendsAsTheLogGrows,
  http: async () => [await commands()],
  import: importing,
  memory: importMemory,
  project: async () => [await projecting()],
  queries,
  rebuild: async () => [await rebuilding(), ...(await rebuildMemory())],
  sealing: sealed,
  verify: async () => [await verifying()],
};

function line(result: Comparison | Figure): string {
  if ('value' in result)
    return `${result.name}: ${result.value}${result.target === undefined ? '' : ` (target ${result.target})`}`;
  const { name, unit, ours, baseline, ratio, ratios, target } = result;
  const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
  return [
    name,
    `  ours ${whole(ours)} ${unit}, baseline ${whole(baseline)} ${unit}`,
    `  ratio ${ratio.toFixed(2)} (target ≥ ${target.toFixed(2)}: ${ratio >= target ? 'met' : 'MISSED'}), runs ${ratios.map((value) => value.toFixed(2)).join(' ')}`,
  ].join('\n');
}

/** `npm run bench`, or `npm run bench -- append import` for some of the benchmarks. */
async function main(wanted: readonly string[]): Promise<void> {
  for (const [name, measure] of Object.entries(comparisons)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const result of await measure()) process.stdout.write(`${line(result)}\n`);
  }
}

void main(process.argv.slice(2));

import { createRequire } from 'node:module';

/** The command line as it is, in a process that a test starts. */
export function run(...args: string[]): void {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  createRequire(__filename)('../../apps/ops/main.ts');
}

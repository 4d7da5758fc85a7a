import { createRequire } from 'node:module';

/** Runs the command line in a child process of a test. */
export function run(...args: string[]): void {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  createRequire(__filename)('../../apps/ops/main.ts');
}

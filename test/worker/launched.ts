import { createRequire } from 'node:module';

/** Runs one of the programs in a child process of a test. */
export function run(program: string, ...args: string[]): void {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  createRequire(__filename)(`../../apps/${program}/main.ts`);
}

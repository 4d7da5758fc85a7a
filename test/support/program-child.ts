import { createRequire } from 'node:module';

/** Runs a program, such as `api`, in a child process of a test. */
export function run(program: string): void {
  createRequire(__filename)(`../../apps/${program}/main.ts`);
}

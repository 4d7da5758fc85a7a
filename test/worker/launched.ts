import { createRequire } from 'node:module';

/** What a process that a test starts does: one of the programs. */
export function run(program: string): void {
  createRequire(__filename)(`../../apps/${program}/main.ts`);
}

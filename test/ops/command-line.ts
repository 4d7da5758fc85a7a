import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What the command line said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Run the command line on a data folder, in a process of its own, without a build. */
export const waymark = (data: string, ...args: string[]): Promise<Said> =>
  new Promise((resolve) => {
    const launcher = join(__dirname, '../support/launch.mjs');
    const child = execFile(
      process.execPath,
      [launcher, __filename, ...args],
      { env: { ...process.env, WAYMARK_DATA: data } },
      (_, out, errors) =>
        resolve({ code: child.exitCode ?? -1, out, errors: stripVTControlCharacters(errors) }),
    );
  });

/** What that process does. */
export function run(...args: string[]): void {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  createRequire(__filename)('../../apps/ops/main.ts');
}

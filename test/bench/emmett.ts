import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '@waymark/platform';
import type { StoredEvent } from './sample-log';

/** The compared version and its settings, to be shown with the figures. */
export const EMMETT =
  'Emmett 0.38.5 on sqlite3 5.1.7 (as delivered: rollback journal, synchronous=FULL; a connection for each append, one at a time)';

const folder = packageFile('test', 'bench', 'peers');

/** Emmett is not a dependency of the project. Its packages are installed before the first comparison. */
function install(): void {
  if (existsSync(join(folder, 'node_modules'))) return;
  execFileSync('npm', ['ci'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

function emmett(...args: readonly (string | number)[]): number {
  install();
  const script = [join(folder, 'emmett.mjs'), ...args.map(String)];
  // At the end, its consumer reports an error about a connection that it has closed itself.
  const printed = execFileSync(process.execPath, script, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(printed.trim());
}

/** Write events to a file that Emmett reads. */
export function forEmmett(file: string, events: Iterable<StoredEvent>): void {
  const lines = [...events].map(([stream, , , type, data, metadata]) =>
    JSON.stringify({
      stream,
      type,
      data: JSON.parse(data) as unknown,
      metadata: JSON.parse(metadata) as unknown,
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Fill Emmett's store with events. */
export const fillEmmett = (events: string, file: string): number => emmett('fill', events, file);

/** Events per second through its consumer, with a handler that only counts, in batches of 1,000 (10 times its default). */
export const consumeWithEmmett = (file: string, events: number): number =>
  emmett('consume', file, events, 1_000);

/** Appends of one event, per second. */
export const appendWithEmmett = (events: string, file: string, callers: number): number =>
  emmett('append', events, file, callers);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterwards } from '../support/stores';

/** What the command line said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** A command line that runs. */
export interface Running {
  /** What it will have said. */
  readonly said: Promise<Said>;
  /** Until it says something like this on standard error. */
  readonly tells: (what: RegExp) => Promise<void>;
  readonly interrupt: () => void;
  readonly kill: () => void;
}

/** Start the command line on a data folder, in a process of its own, without a build. */
export function startWaymark(data: string, ...args: string[]): Running {
  const [launcher, script] = [
    join(__dirname, '../support/launch.mjs'),
    join(__dirname, 'command-line-child.ts'),
  ];
  const child = spawn(process.execPath, [launcher, script, ...args], {
    env: { ...process.env, WAYMARK_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const ended = once(child, 'close');
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    said: ended.then(([code]: (number | null)[]) => ({
      ...{ code: code ?? -1, out },
      errors: stripVTControlCharacters(errors),
    })),
    tells: async (what) => {
      while (!what.test(stripVTControlCharacters(errors))) await once(child.stderr, 'data');
    },
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Run the command line to its end. */
export const waymark = (data: string, ...args: string[]): Promise<Said> => startWaymark(data, ...args).said;

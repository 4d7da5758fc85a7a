import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterwards } from '../support/stores';

/** Output and exit code of a command. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** A running command. */
export interface RunningCommand {
  /** Resolves when the command ends. */
  readonly result: Promise<CommandResult>;
  /** Wait until standard error matches. */
  readonly waitForError: (what: RegExp) => Promise<void>;
  readonly interrupt: () => void;
  readonly kill: () => void;
}

/** Start a command on a data folder in a child process, without a build. Killed after the test. */
export function startWaymark(data: string, ...args: string[]): RunningCommand {
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
    result: ended.then(([code]: (number | null)[]) => ({
      ...{ code: code ?? -1, out },
      errors: stripVTControlCharacters(errors),
    })),
    waitForError: async (what) => {
      while (!what.test(stripVTControlCharacters(errors))) await once(child.stderr, 'data');
    },
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Run a command to its end. */
export const waymark = (data: string, ...args: string[]): Promise<CommandResult> =>
  startWaymark(data, ...args).result;

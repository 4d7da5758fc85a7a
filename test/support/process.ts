import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterwards } from './stores';

/**
 * A separate process that calls `run` of a file in this folder; killed after the test if it is still running.
 */
export function startProcess(script: string, ...args: string[]): ChildProcess {
  const child = fork(join(__dirname, 'launch.mjs'), [join(__dirname, script), ...args], { execArgv: [] });
  const gone = once(child, 'close');
  afterwards(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

/** The next message of a process; rejects if it ends instead. */
export const message = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`the process exited with code ${String(code)}`));
    child.once('close', ended);
    child.once('message', (said) => {
      child.off('close', ended);
      resolve(said);
    });
  });

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterwards } from './stores';

/** A process of its own that calls `run` of a file in this folder; killed after the test, if it is still there. */
export function startProcess(script: string, ...args: string[]): ChildProcess {
  const child = fork(join(__dirname, 'launch.mjs'), [join(__dirname, script), ...args], { execArgv: [] });
  const gone = once(child, 'close');
  afterwards(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

/** The next thing that a process says; rejects where it ends instead. */
export const message = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the process ended with ${String(code)}`));
    child.once('close', ended);
    child.once('message', (said) => {
      child.off('close', ended);
      resolve(said);
    });
  });

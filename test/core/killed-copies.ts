import { once } from 'node:events';
import { startProcess } from '../support/process';

/**
 * Copy in a separate process that is killed after a number of acknowledged appends; repeat until one process
 * completes. Returns the number of killed processes.
 */
export async function killedUntilDone(
  from: string,
  to: string,
  appends: number,
  afterEach: () => Promise<void>,
): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const child = startProcess('../core/copy-child.ts', from, to);
    const gone = once(child, 'close');
    let answered = 0;
    child.on('message', (said) => {
      if (said === 'appended') answered += 1;
      if (answered === appends) child.kill('SIGKILL');
    });
    const [code, signal] = (await gone) as [number | null, string | null];
    await afterEach();
    if (signal === null && code !== 0) throw new Error(`the copy exited with code ${String(code)}`);
    if (signal === null) return kills;
  }
}

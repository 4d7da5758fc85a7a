import { once } from 'node:events';
import { startProcess } from '../support/process';

/**
 * Copy in a process of its own, which is killed once it has been answered so many appends; again and again, until one comes to
 * its end. Returns how many were killed.
 */
export async function killedUntilDone(
  from: string,
  to: string,
  appends: number,
  afterEach: () => Promise<void>,
): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const child = startProcess('../runtime/copy-child.ts', from, to);
    const gone = once(child, 'close');
    let answered = 0;
    child.on('message', (said) => {
      if (said === 'appended') answered += 1;
      if (answered === appends) child.kill('SIGKILL');
    });
    const [code, signal] = (await gone) as [number | null, string | null];
    await afterEach();
    if (signal === null && code !== 0) throw new Error(`the copy ended with ${String(code)}`);
    if (signal === null) return kills;
  }
}

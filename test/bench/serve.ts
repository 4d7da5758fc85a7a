import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Start a server in a process of its own, use it, and stop it. */
export async function serving<T>(
  kind: 'bare' | 'waymark',
  data: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, [join(__dirname, 'server.js'), kind, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return await work(`http://127.0.0.1:${port.toString().trim()}`);
  } finally {
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }
}

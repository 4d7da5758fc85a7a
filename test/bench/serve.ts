import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The address of a server to measure, and the headers to send. */
export interface Service {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Start a server in a separate process, use it, and stop it. */
export async function serving<T>(
  kind: 'bare' | 'waymark' | 'api' | 'worker',
  data: string,
  work: (service: Service) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, [join(__dirname, 'server.js'), kind, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [printed] = (await once(child.stdout, 'data')) as [Buffer];
    const { port, token } = JSON.parse(printed.toString()) as { port: number; token: string };
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return await work({ url: `http://127.0.0.1:${String(port)}`, headers });
  } finally {
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }
}

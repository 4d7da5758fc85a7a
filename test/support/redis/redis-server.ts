import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** A Redis for tests: Debian's redis-server on loopback, with full persistence. */
export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly directory: string,
    private readonly settings: readonly string[],
  ) {}

  /** Settings as on redis-server's command line, such as `--maxmemory-policy`, `allkeys-lru`. */
  static async start(...settings: string[]): Promise<RedisServer> {
    const directory = mkdtempSync(join(tmpdir(), 'waymark-redis-'));
    const server = new RedisServer(await freePort(), directory, settings);
    await server.start();
    return server;
  }

  /** The URL without credentials. */
  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  async start(): Promise<void> {
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.directory,
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn('redis-server', [...args, ...this.settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process = child;
    const orphaned = (): void => void child.kill('SIGKILL');
    process.once('exit', orphaned);
    child.once('exit', () => process.off('exit', orphaned));
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'ENOENT'
            ? new Error('redis-server is not on the PATH: install it, or set REDIS_URL')
            : error,
        ),
      );
      child.once('close', () => reject(new Error(`redis-server did not start:\n${said.join('\n')}`)));
      createInterface(child.stdout).on('line', (line) => {
        said.push(line);
        if (line.includes('Ready to accept connections')) resolve();
      });
    });
  }

  /** End the process with `SIGTERM` or `SIGKILL`; written data is kept. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.process!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill(signal);
    await gone;
  }

  /** Suspend the process until it is resumed. */
  freeze(): void {
    this.process!.kill('SIGSTOP');
  }

  thaw(): void {
    this.process!.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.directory, { recursive: true });
  }
}

/** The Redis for tests: the server in `REDIS_URL`, or a new one. */
export async function redisForTests(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const url = process.env['REDIS_URL'];
  return url === undefined ? RedisServer.start() : { url, close: () => Promise.resolve() };
}

/** A unique key prefix for one test. */
export const ownPrefix = (): string => `waymark-test-${randomUUID()}`;

/** Delete everything that a test has written. */
export async function forget(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 }) as AsyncIterable<
    string[]
  >) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
  await redis.quit();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { MongoClient } from 'mongodb';
import { libraries } from './install';

/** A MongoDB server for tests. */
export interface MongoDb {
  /** The URL of the server with a database of a random name. */
  readonly url: string;
  /** The URL of another database with a random name. */
  database(): string;
  /** Stop the server in order, and drop the databases. */
  stop(): Promise<void>;
}

/**
 * A server in a process of its own: mongo-java-server, which implements MongoDB's protocol and stores its data
 * in a file.
 */
export interface OwnMongoDb extends MongoDb {
  readonly port: number;
  /** Kill the process. Everything it has acknowledged is in the file. */
  kill(): Promise<void>;
  /**
   * Start again on the same port with the same data; first stops the process in order if it is still running.
   */
  restart(): Promise<void>;
}

/** The server in MONGODB_URL, or a new one. */
export async function startMongoDb(): Promise<MongoDb> {
  const given = process.env['MONGODB_URL'];
  if (given === undefined) return startOwnMongoDb();
  const names: string[] = [];
  const database = (): string => {
    names.push(madeUp());
    return withDatabase(given, names.at(-1)!);
  };
  return {
    url: database(),
    database,
    stop: async () => {
      const client = new MongoClient(given);
      for (const name of names) await client.db(name).dropDatabase();
      await client.close();
    },
  };
}

/** A server that tests may stop and kill. */
export async function startOwnMongoDb(): Promise<OwnMongoDb> {
  const classpath = join(await libraries(), '*');
  const directory = mkdtempSync(join(tmpdir(), 'waymark-mongodb-data-'));
  let running = await launch(classpath, join(directory, 'data'), 0);
  const { port } = running;
  const database = (): string => `mongodb://127.0.0.1:${String(port)}/${madeUp()}`;
  return {
    url: database(),
    port,
    database,
    kill: () => running.end('SIGKILL'),
    restart: async () => {
      await running.end();
      running = await launch(classpath, join(directory, 'data'), port);
    },
    stop: async () => {
      await running.end();
      rmSync(directory, { recursive: true });
    },
  };
}

/** How a server ends and starts again, for `it.each`. */
export const outages: readonly (readonly [how: string, again: (server: OwnMongoDb) => Promise<void>])[] = [
  ['stopped', (server) => server.restart()],
  ['killed', (server) => server.kill().then(() => server.restart())],
];

/** One server for all tests of a file. */
export function forTests<Server extends MongoDb>(start: () => Promise<Server>): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await start();
  }, 300_000); // Maven may have to download it first
  afterAll(() => server?.stop());
  return () => server!;
}

interface Running {
  readonly port: number;
  /** Resolves when the process has ended: by itself after its input is closed, or by a signal. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const FAST_TO_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m'];

async function launch(classpath: string, file: string, port: number): Promise<Running> {
  const program = join(__dirname, 'MongoDb.java');
  const child = spawn('java', [...FAST_TO_START, '-cp', classpath, program, file, String(port)]);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    port: await firstNumber(child),
    end: async (signal) => {
      if (signal) child.kill(signal);
      else child.stdin.end();
      await gone;
    },
  };
}

/** The first output of the process: its port. */
function firstNumber(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<number> {
  return new Promise((resolve, reject) => {
    const complaints: unknown[] = [];
    child.stderr.on('data', (chunk) => complaints.push(chunk));
    child.once('error', (cause) => {
      reject(new Error('Tests on MongoDB need Java 17 for their server, or MONGODB_URL', { cause }));
    });
    child.once('close', () => reject(new Error(`MongoDB for tests did not start: ${complaints.join('')}`)));
    createInterface(child.stdout).once('line', (line) => resolve(Number(line)));
  });
}

const madeUp = (): string => `waymark-test-${randomUUID().slice(0, 8)}`;

const withDatabase = (url: string, name: string): string =>
  url.replace(/^([^:]+:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);

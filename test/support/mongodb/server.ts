import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { MongoClient } from 'mongodb';
import { libraries } from './install';

/** A MongoDB for tests. */
export interface MongoDb {
  /** The server, and a database of a made-up name. */
  readonly url: string;
  /** Another database of a made-up name. */
  database(): string;
  /** End the server, in order, and what was kept in the databases. */
  stop(): Promise<void>;
}

/** One in a process of our own: mongo-java-server, which speaks MongoDB's protocol and keeps its data in a file. */
export interface OwnMongoDb extends MongoDb {
  readonly port: number;
  /** End the process without a word. What it has answered is in the file. */
  kill(): Promise<void>;
  /** Start again on the same port with the same data; ends the process in order first where it still runs. */
  restart(): Promise<void>;
}

/** The server that MONGODB_URL names, or else one of our own. */
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

/** A server for all tests of a file. */
export function forTests<Server extends MongoDb>(start: () => Promise<Server>): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await start();
  }, 300_000); // Maven may have to fetch it first
  afterAll(() => server?.stop());
  return () => server!;
}

interface Running {
  readonly port: number;
  /** Until the process has ended: by itself, once nobody is there to listen to, or by a signal. */
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

/** What the process says first: its port. */
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

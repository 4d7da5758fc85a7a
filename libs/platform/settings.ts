import { Refusal } from '@waymark/kernel';

/** Which part is kept where. What is left out is embedded: SQLite files in the data folder. */
export interface Engines {
  /** EventStoreDB or KurrentDB: `esdb://user:password@host1,host2,host3?tls=true`. */
  readonly events?: string;
  /** MongoDB: `mongodb://user:password@host1,host2/waymark?replicaSet=rs0`. */
  readonly rows?: string;
  /** Redis: `rediss://user:password@host:6379`. */
  readonly jobs?: string;
}

/** How this process is set up, as its environment says. */
export interface Settings {
  /** Folder of the embedded stores, of uploads and of keys. */
  readonly data: string;
  readonly engines: Engines;
  /** Whether this process keeps views up and does jobs; else workers do. */
  readonly work: boolean;
  /** Key of the hashes of commands' bodies: 64 hex digits, the same for all processes. In the data folder, if left out. */
  readonly hashKey?: Buffer;
}

const schemes = {
  EVENTSTORE_URL: /^esdb(\+discover)?:\/\/\S+$/,
  MONGODB_URL: /^mongodb(\+srv)?:\/\/\S+$/,
  REDIS_URL: /^rediss?:\/\/\S+$/,
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Read the environment. Throws a {@link Refusal} that names what is wrong in it, and never its value. */
export function settingsFrom(environment: Environment): Settings {
  const events = url(environment, 'EVENTSTORE_URL');
  const rows = url(environment, 'MONGODB_URL');
  const jobs = url(environment, 'REDIS_URL');
  const key = environment['WAYMARK_HASH_KEY'];
  if (key !== undefined && !/^[0-9a-f]{64}$/i.test(key))
    throw wrong('WAYMARK_HASH_KEY', 'must be 64 hexadecimal digits');
  const embedded = events === undefined && rows === undefined && jobs === undefined;
  return {
    data: environment['WAYMARK_DATA'] ?? '.waymark',
    engines: { ...(events && { events }), ...(rows && { rows }), ...(jobs && { jobs }) },
    work: flag(environment, 'WAYMARK_WORK') ?? embedded,
    ...(key === undefined ? {} : { hashKey: Buffer.from(key, 'hex') }),
  };
}

function url(environment: Environment, name: keyof typeof schemes): string | undefined {
  const value = environment[name];
  if (value === undefined || value === '') return undefined;
  if (!schemes[name].test(value)) throw wrong(name, `must be a URL such as ${examples[name]}`);
  return value;
}

const examples: Readonly<Record<keyof typeof schemes, string>> = {
  EVENTSTORE_URL: 'esdb://host:2113?tls=true',
  MONGODB_URL: 'mongodb://host:27017/waymark',
  REDIS_URL: 'redis://host:6379',
};

function flag(environment: Environment, name: string): boolean | undefined {
  const value = environment[name];
  if (value === undefined || value === '') return undefined;
  if (value !== 'true' && value !== 'false') throw wrong(name, 'must be true or false');
  return value === 'true';
}

const wrong = (name: string, must: string): Refusal =>
  new Refusal('WRONG_SETTING', `The environment variable ${name} ${must}.`, 'invalid');

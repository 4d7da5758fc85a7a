import { readFileSync } from 'node:fs';
import { Refusal } from '@waymark/core/kernel';
import type { Issuer } from '@waymark/governance/access';

/** Which part is kept where. What is left out is embedded: SQLite files in the data folder. */
export interface Engines {
  /** EventStoreDB or KurrentDB: `esdb://user:password@host1,host2,host3?tls=true`. */
  readonly events?: string;
  /** MongoDB: `mongodb://user:password@host1,host2/waymark?replicaSet=rs0`. */
  readonly rows?: string;
  /** Redis: `rediss://user:password@host:6379`. */
  readonly jobs?: string;
  /** MongoDB, for the data keys of those whose personal data are kept: another server or database than that of the views. */
  readonly keys?: string;
}

/** Secrets that wrap data keys, of 32 bytes each. */
export interface MasterKeys {
  /** Wraps new data keys. In the data folder, if left out. */
  readonly current?: Buffer;
  /** By which data keys may still be wrapped. */
  readonly former: readonly Buffer[];
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
  readonly masterKeys?: MasterKeys;
  /** Where access tokens come from. Without one, they are this machine's own. */
  readonly issuer?: Issuer;
  /** Where seals of the log go: `file:`, `stdout:` and `https:` addresses. A file in the data folder, if left out. */
  readonly seals?: readonly string[];
  /** File of the key that they are signed with. In the data folder, if left out. */
  readonly sealKeyFile?: string;
  /** The subject of whoever gives out the first roles. */
  readonly accessAdministrator?: string;
}

/** What a secret looks like, as a pattern and in words. */
interface Form {
  readonly pattern: RegExp;
  readonly what: string;
}

const MONGODB = /^mongodb(\+srv)?:\/\/\S+$/;
const KEY: Form = { pattern: /^[0-9a-f]{64}$/i, what: '64 hexadecimal digits' };

/** Settings that are secrets: each stands in its variable, or in the file that the variable `…_FILE` names. */
const secrets = {
  EVENTSTORE_URL: {
    pattern: /^esdb(\+discover)?:\/\/\S+$/,
    what: 'a URL such as esdb://host:2113?tls=true',
  },
  MONGODB_URL: { pattern: MONGODB, what: 'a URL such as mongodb://host:27017/waymark' },
  REDIS_URL: { pattern: /^rediss?:\/\/\S+$/, what: 'a URL such as redis://host:6379' },
  WAYMARK_KEYS_URL: { pattern: MONGODB, what: 'a URL such as mongodb://host:27017/waymark-keys' },
  WAYMARK_HASH_KEY: KEY,
  WAYMARK_MASTER_KEY: KEY,
} as const satisfies Readonly<Record<string, Form>>;

/** Keys come by a connection that nobody can change on its way; from this machine itself, any does. */
const JWKS = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$/;

/** Seals go to a file, to standard output, or to where nobody can change them on their way. */
const SEALS = /^(file:\S.*|stdout:|https:\/\/\S+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]\S*)$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** Read the environment. Throws a {@link Refusal} that names what is wrong in it, and never its value. */
export function settingsFrom(environment: Environment): Settings {
  const events = secret(environment, 'EVENTSTORE_URL');
  const rows = secret(environment, 'MONGODB_URL');
  const jobs = secret(environment, 'REDIS_URL');
  const keys = secret(environment, 'WAYMARK_KEYS_URL');
  if (keys !== undefined && rows !== undefined && databaseIn(keys) === databaseIn(rows))
    throw wrong('WAYMARK_KEYS_URL', 'must not name the database of MONGODB_URL: keys are kept apart from it');
  const hashKey = secretKey(environment, 'WAYMARK_HASH_KEY');
  const masterKeys = masterKeysFrom(environment);
  if (keys !== undefined && !masterKeys?.current)
    throw wrong('WAYMARK_MASTER_KEY', 'or WAYMARK_MASTER_KEY_FILE must be set where WAYMARK_KEYS_URL is');
  const issuer = issuerFrom(environment);
  const accessAdministrator = environment['WAYMARK_ACCESS_ADMINISTRATOR'];
  const seals = sealsFrom(environment);
  const sealKeyFile = environment['WAYMARK_SEAL_KEY_FILE'];
  const embedded = events === undefined && rows === undefined && jobs === undefined;
  return {
    data: environment['WAYMARK_DATA'] ?? '.waymark',
    engines: {
      ...(events && { events }),
      ...(rows && { rows }),
      ...(jobs && { jobs }),
      ...(keys && { keys }),
    },
    work: flag(environment, 'WAYMARK_WORK') ?? embedded,
    ...(hashKey && { hashKey }),
    ...(masterKeys && { masterKeys }),
    ...(issuer && { issuer }),
    ...(seals.length > 0 && { seals }),
    ...(sealKeyFile && { sealKeyFile }),
    ...(accessAdministrator && { accessAdministrator }),
  };
}

function issuerFrom(environment: Environment): Issuer | undefined {
  const { WAYMARK_ISSUER: issuer, WAYMARK_AUDIENCE: audience, WAYMARK_JWKS_URL: jwks } = environment;
  if (!issuer && !audience && !jwks) return undefined;
  if (!issuer) throw wrong('WAYMARK_ISSUER', 'must be set where WAYMARK_AUDIENCE or WAYMARK_JWKS_URL is');
  if (!audience) throw wrong('WAYMARK_AUDIENCE', 'must be set where WAYMARK_ISSUER is');
  if (!jwks || !JWKS.test(jwks))
    throw wrong('WAYMARK_JWKS_URL', 'must be the https URL of the keys of WAYMARK_ISSUER');
  return { issuer, audience, jwks };
}

function sealsFrom(environment: Environment): string[] {
  const seals = listOf(environment, 'WAYMARK_SEALS');
  if (seals.every((place) => SEALS.test(place))) return seals;
  throw wrong(
    'WAYMARK_SEALS',
    'must be file:/path/seals.jsonl, stdout: or an https URL, or several with commas between',
  );
}

function masterKeysFrom(environment: Environment): MasterKeys | undefined {
  const current = secretKey(environment, 'WAYMARK_MASTER_KEY');
  const former = [
    ...listOf(environment, 'WAYMARK_FORMER_MASTER_KEYS').map(formerKey),
    ...listOf(environment, 'WAYMARK_FORMER_MASTER_KEY_FILES').map(formerKeyIn),
  ];
  return current || former.length > 0 ? { ...(current && { current }), former } : undefined;
}

/** A secret; undefined where there is none. */
function secret(environment: Environment, name: keyof typeof secrets): string | undefined {
  const inFile = `${name}_FILE`;
  const { pattern, what }: Form = secrets[name];
  const { [name]: text, [inFile]: file } = environment;
  if (text && file) throw wrong(name, `must not be set where ${inFile} is`);
  if (file) {
    const held = textIn(file);
    if (held !== undefined && pattern.test(held)) return held;
    throw wrong(inFile, `must name a file that can be read and holds ${what}`);
  }
  if (!text) return undefined;
  if (!pattern.test(text)) throw wrong(name, `must be ${what}`);
  return text;
}

/** What a file holds, without the line end that editors put behind it; undefined where it cannot be read. */
function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function secretKey(environment: Environment, name: keyof typeof secrets): Buffer | undefined {
  const text = secret(environment, name);
  return text === undefined ? undefined : Buffer.from(text, 'hex');
}

const listOf = (environment: Environment, name: string): string[] =>
  (environment[name] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean);

function formerKey(text: string): Buffer {
  if (!KEY.pattern.test(text))
    throw wrong('WAYMARK_FORMER_MASTER_KEYS', `must be ${KEY.what}, or several with commas between`);
  return Buffer.from(text, 'hex');
}

function formerKeyIn(file: string): Buffer {
  const text = textIn(file);
  if (text !== undefined && KEY.pattern.test(text)) return Buffer.from(text, 'hex');
  throw wrong(
    'WAYMARK_FORMER_MASTER_KEY_FILES',
    `must name files that can be read, with commas between, and hold ${KEY.what}`,
  );
}

/** Hosts and database of a MongoDB URL, in one form. */
function databaseIn(url: string): string {
  const [, authority = '', path = ''] = /^[^:]+:\/\/([^/?]*)\/?([^?]*)/.exec(url) ?? [];
  const hosts = authority
    .slice(authority.lastIndexOf('@') + 1)
    .toLowerCase()
    .split(',');
  const ports = hosts.map((host) => (/:\d+$/.test(host) ? host : `${host}:27017`));
  return `${ports.sort().join()}/${path === '' ? 'waymark' : decodeURIComponent(path)}`;
}

function flag(environment: Environment, name: string): boolean | undefined {
  const value = environment[name];
  if (value === undefined || value === '') return undefined;
  if (value !== 'true' && value !== 'false') throw wrong(name, 'must be true or false');
  return value === 'true';
}

const wrong = (name: string, must: string): Refusal =>
  new Refusal('WRONG_SETTING', `The environment variable ${name} ${must}.`, 'invalid');

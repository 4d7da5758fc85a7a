import { readFileSync } from 'node:fs';
import { Refusal } from '@waymark/core/kernel';
import { type Issuer, LOCAL, REFUSED_CLAIMS } from '@waymark/governance/access';
import { defaultDisclosure, type DisclosureRule } from '@waymark/modules/insights/disclosure/symbols';
import { defaultDryRuns, type DryRunLimits } from './dry-run-queue';

/** Connection URLs of the stores. A store without a URL is embedded: a SQLite file in the data folder. */
export interface Engines {
  /** EventStoreDB or KurrentDB: `esdb://user:password@host1,host2,host3?tls=true`. */
  readonly events?: string;
  /** MongoDB: `mongodb://user:password@host1,host2/waymark?replicaSet=rs0`. */
  readonly rows?: string;
  /** Redis: `rediss://user:password@host:6379`. */
  readonly jobs?: string;
  /** MongoDB for the data keys; it must be another database than that of the views, preferably on another server. */
  readonly keys?: string;
}

/** Master keys, which wrap data keys: 32 bytes each. */
export interface MasterKeys {
  /** Wraps new data keys. Defaults to a file in the data folder. */
  readonly current?: Buffer;
  /** Keys that existing data keys may still be wrapped with. */
  readonly former: readonly Buffer[];
}

/** Settings of a process, from its environment variables. */
export interface Settings {
  /** Folder of the embedded stores, uploads, exports and keys. */
  readonly data: string;
  readonly engines: Engines;
  /** Whether this process projects views and runs policies and jobs; if not, workers do. */
  readonly work: boolean;
  /** Key of the keyed hashes of commands, UPNs and subjects; the same for all processes. Defaults to a file in the data folder. */
  readonly hashKey?: Buffer;
  readonly masterKeys?: MasterKeys;
  /** Whether NODE_ENV is `production`. Tokens signed by this machine are not accepted there. */
  readonly production: boolean;
  /** Issuer of access tokens. Without one, only tokens signed by this machine are accepted. */
  readonly issuer?: Issuer;
  /** Sinks of seals: `file:`, `stdout:` and `https:` addresses. Defaults to a file in the data folder. */
  readonly seals?: readonly string[];
  /** File of the key that signs seals. Defaults to a file in the data folder. */
  readonly sealKeyFile?: string;
  /** Token subject of the person who assigns the first roles. */
  readonly accessAdministrator?: string;
  /** Which numbers of pupils are small, and which rates unreliable. Default: fewer than 10 pupils, 20 sessions. */
  readonly disclosure?: DisclosureRule;
  /** How many dry runs of imports run at a time on all processes, and how many wait. Defaults to 1 and 4. */
  readonly dryRuns?: DryRunLimits;
  /** Number of refused claims within an hour after which a person can make no further claim. Default: 20. */
  readonly refusedClaims?: number;
}

/** Format of a secret, as a pattern and in words. */
interface SecretFormat {
  readonly pattern: RegExp;
  readonly what: string;
}

const MONGODB_URL = /^mongodb(\+srv)?:\/\/\S+$/;
const KEY_FORMAT: SecretFormat = { pattern: /^[0-9a-f]{64}$/i, what: '64 hexadecimal digits' };

/** Secret settings. Each is read from its variable, or from the file that the variable with the suffix `_FILE` names. */
const secrets = {
  EVENTSTORE_URL: {
    pattern: /^esdb(\+discover)?:\/\/\S+$/,
    what: 'a URL such as esdb://host:2113?tls=true',
  },
  MONGODB_URL: { pattern: MONGODB_URL, what: 'a URL such as mongodb://host:27017/waymark' },
  REDIS_URL: { pattern: /^rediss?:\/\/\S+$/, what: 'a URL such as redis://host:6379' },
  WAYMARK_KEYS_URL: { pattern: MONGODB_URL, what: 'a URL such as mongodb://host:27017/waymark-keys' },
  WAYMARK_HASH_KEY: KEY_FORMAT,
  WAYMARK_MASTER_KEY: KEY_FORMAT,
} as const satisfies Readonly<Record<string, SecretFormat>>;

/** The issuer's keys are fetched over HTTPS; plain HTTP is allowed on the loopback interface. */
const JWKS_URL = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$/;

/** Seals go to a file, to standard output, or over HTTPS; plain HTTP is allowed on the loopback interface. */
const SEAL_SINK = /^(file:\S.*|stdout:|https:\/\/\S+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]\S*)$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** Read the settings from the environment. Throws `WRONG_SETTING`, which names the variable and never its value. */
export function settingsFrom(environment: Environment): Settings {
  const events = readSecret(environment, 'EVENTSTORE_URL');
  const rows = readSecret(environment, 'MONGODB_URL');
  const jobs = readSecret(environment, 'REDIS_URL');
  const keys = readSecret(environment, 'WAYMARK_KEYS_URL');
  if (keys !== undefined && rows !== undefined && databaseIn(keys) === databaseIn(rows))
    throw wrongSetting(
      'WAYMARK_KEYS_URL',
      'must not name the database of MONGODB_URL: data keys need a database of their own',
    );
  const hashKey = readKey(environment, 'WAYMARK_HASH_KEY');
  const masterKeys = masterKeysFrom(environment);
  if (keys !== undefined && !masterKeys?.current)
    throw wrongSetting(
      'WAYMARK_MASTER_KEY',
      'or WAYMARK_MASTER_KEY_FILE must be set if WAYMARK_KEYS_URL is set',
    );
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
    work: readFlag(environment, 'WAYMARK_WORK') ?? embedded,
    production: environment['NODE_ENV'] === 'production',
    ...(hashKey && { hashKey }),
    ...(masterKeys && { masterKeys }),
    ...(issuer && { issuer }),
    ...(seals.length > 0 && { seals }),
    ...(sealKeyFile && { sealKeyFile }),
    ...(accessAdministrator && { accessAdministrator }),
    disclosure: {
      smallBelow: wholeNumberIn(
        environment,
        'WAYMARK_SMALL_NUMBERS_BELOW',
        defaultDisclosure.smallBelow,
        1_000,
      ),
      leastPossible: wholeNumberIn(
        environment,
        'WAYMARK_LEAST_POSSIBLE_SESSIONS',
        defaultDisclosure.leastPossible,
        1_000,
      ),
    },
    dryRuns: {
      atOnce: wholeNumberIn(environment, 'WAYMARK_DRY_RUNS', defaultDryRuns.atOnce),
      waiting: wholeNumberIn(environment, 'WAYMARK_DRY_RUNS_WAITING', defaultDryRuns.waiting),
    },
    refusedClaims: wholeNumberIn(environment, 'WAYMARK_REFUSED_CLAIMS', REFUSED_CLAIMS),
  };
}

function issuerFrom(environment: Environment): Issuer | undefined {
  const { WAYMARK_ISSUER: issuer, WAYMARK_AUDIENCE: audience, WAYMARK_JWKS_URL: jwks } = environment;
  if (!issuer && !audience && !jwks) return undefined;
  if (!issuer)
    throw wrongSetting('WAYMARK_ISSUER', 'must be set if WAYMARK_AUDIENCE or WAYMARK_JWKS_URL is set');
  if (issuer === LOCAL.issuer)
    throw wrongSetting('WAYMARK_ISSUER', 'must not be the name of the issuer of development tokens');
  if (!audience) throw wrongSetting('WAYMARK_AUDIENCE', 'must be set if WAYMARK_ISSUER is set');
  if (!jwks || !JWKS_URL.test(jwks))
    throw wrongSetting('WAYMARK_JWKS_URL', 'must be the https URL of the key set (JWKS) of WAYMARK_ISSUER');
  return { issuer, audience, jwks, longestLifetime: readSeconds(environment, 'WAYMARK_TOKEN_LIFETIME') };
}

function sealsFrom(environment: Environment): string[] {
  const seals = readList(environment, 'WAYMARK_SEALS');
  if (seals.every((address) => SEAL_SINK.test(address))) return seals;
  throw wrongSetting(
    'WAYMARK_SEALS',
    'must be file:/path/seals.jsonl, stdout: or an https URL, or several of these separated by commas',
  );
}

function masterKeysFrom(environment: Environment): MasterKeys | undefined {
  const current = readKey(environment, 'WAYMARK_MASTER_KEY');
  const former = [
    ...readList(environment, 'WAYMARK_FORMER_MASTER_KEYS').map(parseFormerKey),
    ...readList(environment, 'WAYMARK_FORMER_MASTER_KEY_FILES').map(readFormerKey),
  ];
  return current || former.length > 0 ? { ...(current && { current }), former } : undefined;
}

/** Read a secret from its variable or its file; undefined if neither is set. */
function readSecret(environment: Environment, name: keyof typeof secrets): string | undefined {
  const inFile = `${name}_FILE`;
  const { pattern, what }: SecretFormat = secrets[name];
  const { [name]: text, [inFile]: file } = environment;
  if (text && file) throw wrongSetting(name, `must not be set if ${inFile} is set`);
  if (file) {
    const content = readText(file);
    if (content !== undefined && pattern.test(content)) return content;
    throw wrongSetting(inFile, `must name a readable file that contains ${what}`);
  }
  if (!text) return undefined;
  if (!pattern.test(text)) throw wrongSetting(name, `must be ${what}`);
  return text;
}

/** Read a file without the trailing line end; undefined if it cannot be read. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function readKey(environment: Environment, name: keyof typeof secrets): Buffer | undefined {
  const text = readSecret(environment, name);
  return text === undefined ? undefined : Buffer.from(text, 'hex');
}

const readList = (environment: Environment, name: string): string[] =>
  (environment[name] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean);

function parseFormerKey(text: string): Buffer {
  if (!KEY_FORMAT.pattern.test(text))
    throw wrongSetting(
      'WAYMARK_FORMER_MASTER_KEYS',
      `must be ${KEY_FORMAT.what}, or several such keys separated by commas`,
    );
  return Buffer.from(text, 'hex');
}

function readFormerKey(file: string): Buffer {
  const text = readText(file);
  if (text !== undefined && KEY_FORMAT.pattern.test(text)) return Buffer.from(text, 'hex');
  throw wrongSetting(
    'WAYMARK_FORMER_MASTER_KEY_FILES',
    `must name readable files, separated by commas, that contain ${KEY_FORMAT.what} each`,
  );
}

/** Hosts and database of a MongoDB URL in a normal form, to compare two URLs. */
function databaseIn(url: string): string {
  const [, authority = '', path = ''] = /^[^:]+:\/\/([^/?]*)\/?([^?]*)/.exec(url) ?? [];
  const hosts = authority
    .slice(authority.lastIndexOf('@') + 1)
    .toLowerCase()
    .split(',');
  const ports = hosts.map((host) => (/:\d+$/.test(host) ? host : `${host}:27017`));
  return `${ports.sort().join()}/${path === '' ? 'waymark' : decodeURIComponent(path)}`;
}

function readFlag(environment: Environment, name: string): boolean | undefined {
  const value = environment[name];
  if (value === undefined || value === '') return undefined;
  if (value !== 'true' && value !== 'false') throw wrongSetting(name, 'must be true or false');
  return value === 'true';
}

function readSeconds(environment: Environment, name: string): number | undefined {
  const value = environment[name];
  if (value === undefined || value === '') return undefined;
  if (!/^[1-9]\d{0,7}$/.test(value))
    throw wrongSetting(name, 'must be a number of seconds from 1 to 99999999');
  return Number(value);
}

/** A whole number from 1 to `most` from a variable. Throws `WRONG_SETTING`. */
export function wholeNumberIn(
  environment: Environment,
  name: string,
  otherwise: number,
  most = 9_999_999,
): number {
  const text = environment[name];
  if (text === undefined || text === '') return otherwise;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw wrongSetting(name, `must be a whole number from 1 to ${String(most)}`);
  return value;
}

const wrongSetting = (name: string, must: string): Refusal =>
  new Refusal('WRONG_SETTING', `The environment variable ${name} ${must}.`, 'invalid');

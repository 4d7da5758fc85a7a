import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Settings, settingsFrom } from '@waymark/platform';
import { temporaryDirectory } from '../support/stores';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

const fileOf = (text: string): string => {
  const file = join(temporaryDirectory(), 'secret');
  writeFileSync(file, text);
  return file;
};

describe('settings of keys', () => {
  it('are absent if nothing is set', () => {
    expect(settingsFrom({ WAYMARK_MASTER_KEY: '', WAYMARK_FORMER_MASTER_KEYS: '' })).not.toHaveProperty(
      'masterKeys',
    );
  });

  it('read the master key from the environment or from a file', () => {
    expect(settingsFrom({ WAYMARK_MASTER_KEY: A }).masterKeys).toEqual({ current: bytes(A), former: [] });
    expect(settingsFrom({ WAYMARK_MASTER_KEY_FILE: fileOf(`${A}\n`) }).masterKeys).toEqual({
      current: bytes(A),
      former: [],
    });
  });

  it('read former master keys from the environment and from files', () => {
    const former = { WAYMARK_FORMER_MASTER_KEYS: `${A}, ${B}`, WAYMARK_FORMER_MASTER_KEY_FILES: fileOf(B) };

    expect(settingsFrom(former).masterKeys).toEqual({ former: [bytes(A), bytes(B), bytes(B)] });
  });

  it.each([
    ['WAYMARK_MASTER_KEY', 's3cret'],
    ['WAYMARK_MASTER_KEY_FILE', '/no/s3cret'],
    ['WAYMARK_FORMER_MASTER_KEYS', `${A},s3cret`],
    ['WAYMARK_FORMER_MASTER_KEY_FILES', '/no/s3cret'],
    ['WAYMARK_KEYS_URL', 'http://s3cret'],
  ])('name %s if it is wrong, but not its value', (name, value) => {
    expect(() => settingsFrom({ [name]: value })).toThrow(
      new RegExp(`^((?!s3cret).)*${name} ((?!s3cret).)*$`),
    );
  });

  it('require a master key if data keys are on a server', () => {
    const url = 'mongodb://host/keys';

    expect(() => settingsFrom({ WAYMARK_KEYS_URL: url })).toThrow('WAYMARK_MASTER_KEY');
    expect(settingsFrom({ WAYMARK_KEYS_URL: url, WAYMARK_MASTER_KEY: A }).engines).toEqual({ keys: url });
  });

  it.each([
    ['mongodb://host/waymark', 'mongodb://host/waymark', false],
    ['mongodb://host', 'mongodb://u:p@HOST:27017/waymark?replicaSet=rs0', false],
    ['mongodb://a,b:27018/x', 'mongodb://b:27018,a:27017/x', false],
    ['mongodb://host/waymark', 'mongodb://host/waymark-keys', true],
    ['mongodb://host:1/x', 'mongodb://host:2/x', true],
  ])('require another database for keys than for views: %s and %s', (rows, keys, allowed) => {
    const settings = () => settingsFrom({ MONGODB_URL: rows, WAYMARK_KEYS_URL: keys, WAYMARK_MASTER_KEY: A });

    if (allowed) expect(settings().engines).toEqual({ rows, keys });
    else expect(settings).toThrow('WAYMARK_KEYS_URL must not name the database of MONGODB_URL');
  });
});

describe('settings of access tokens', () => {
  const issuer = {
    WAYMARK_ISSUER: 'https://login.example',
    WAYMARK_AUDIENCE: 'waymark',
    WAYMARK_JWKS_URL: 'https://login.example/keys',
  };

  it('have the longest lifetime of a token in seconds, if it is set', () => {
    const lifetime = (value: string) =>
      settingsFrom({ ...issuer, WAYMARK_TOKEN_LIFETIME: value }).issuer?.longestLifetime;

    expect(lifetime('')).toBeUndefined();
    expect(lifetime('3600')).toBe(3_600);
    for (const wrong of ['0', '-1', '1h', '1e9', '999999999'])
      expect(() => lifetime(wrong)).toThrow(
        'The environment variable WAYMARK_TOKEN_LIFETIME must be a number',
      );
  });

  it.each([
    ['production', true],
    ['development', false],
    ['', false],
  ])('know whether NODE_ENV is production: %s', (NODE_ENV, production) => {
    expect(settingsFrom({ NODE_ENV }).production).toBe(production);
  });
});

describe('secret settings', () => {
  const secrets: readonly (readonly [name: string, value: string, of: (settings: Settings) => unknown])[] = [
    ['EVENTSTORE_URL', 'esdb://u:s3cret@host:2113?tls=true', ({ engines }) => engines.events],
    ['MONGODB_URL', 'mongodb://u:s3cret@host/waymark', ({ engines }) => engines.rows],
    ['REDIS_URL', 'rediss://u:s3cret@host:6379', ({ engines }) => engines.jobs],
    ['WAYMARK_KEYS_URL', 'mongodb://u:s3cret@host/keys', ({ engines }) => engines.keys],
    ['WAYMARK_HASH_KEY', A, ({ hashKey }) => hashKey?.toString('hex')],
    ['WAYMARK_MASTER_KEY', B, ({ masterKeys }) => masterKeys?.current?.toString('hex')],
  ];
  /** WAYMARK_KEYS_URL also requires a master key. */
  const master = (name: string): object =>
    name === 'WAYMARK_KEYS_URL' ? { WAYMARK_MASTER_KEY: B, WAYMARK_MASTER_KEY_FILE: '' } : {};

  it.each(secrets)('read %s from the environment or from a file', (name, value, of) => {
    expect(of(settingsFrom({ ...master(name), [name]: value, [`${name}_FILE`]: '' }))).toBe(value);
    expect(of(settingsFrom({ ...master(name), [name]: '', [`${name}_FILE`]: fileOf(`${value}\n`) }))).toBe(
      value,
    );
  });

  it.each(secrets)('refuse both %s and its file', (name, value) => {
    const twice = { ...master(name), [name]: value, [`${name}_FILE`]: fileOf(value) };

    expect(() => settingsFrom(twice)).toThrow(
      `The environment variable ${name} must not be set if ${name}_FILE is set.`,
    );
  });

  it.each(secrets)('name %s_FILE if it is wrong, but neither the file nor its content', (name) => {
    const file = fileOf('s3cret');
    for (const wrong of [`${file}.s3cret`, file, fileOf('')]) {
      const settings = (): Settings => settingsFrom({ ...master(name), [`${name}_FILE`]: wrong });

      expect(settings).toThrow(`The environment variable ${name}_FILE must name a readable file`);
      expect(settings).toThrow(/^((?!s3cret|\/secret).)*$/);
    }
  });

  it('compare the URLs of keys and views even if one is in a file', () => {
    const url = 'mongodb://host/waymark';

    expect(() =>
      settingsFrom({ MONGODB_URL: url, WAYMARK_KEYS_URL_FILE: fileOf(url), WAYMARK_MASTER_KEY: A }),
    ).toThrow('must not name the database of MONGODB_URL');
  });
});

describe('settings of small numbers', () => {
  it('are 10 pupils and 20 sessions by default, and can be set', () => {
    expect(settingsFrom({}).disclosure).toEqual({ smallBelow: 10, leastPossible: 20 });
    const set = { WAYMARK_SMALL_NUMBERS_BELOW: '5', WAYMARK_LEAST_POSSIBLE_SESSIONS: '40' };
    expect(settingsFrom(set).disclosure).toEqual({ smallBelow: 5, leastPossible: 40 });
  });

  it.each(['0', '-1', '1.5', 'ten', '1001'])('must be whole numbers from 1 on: not %s', (text) => {
    for (const name of ['WAYMARK_SMALL_NUMBERS_BELOW', 'WAYMARK_LEAST_POSSIBLE_SESSIONS'])
      expect(() => settingsFrom({ [name]: text })).toThrow(`${name} must be a whole number from 1 to 1000`);
  });
});

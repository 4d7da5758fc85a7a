import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { signToken } from '@waymark/governance/access';
import { acceptedTokens, localTokenKey, settingsFrom } from '@waymark/platform';
import { demandIssuerOf } from '../../apps/shared/identity';
import { waymark } from '../ops/command-line';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(120_000); // starting processes is slow on a busy machine

const issuer = {
  WAYMARK_ISSUER: 'https://login.example',
  WAYMARK_AUDIENCE: 'waymark',
  WAYMARK_JWKS_URL: 'https://login.example/keys',
};
const servers = {
  EVENTSTORE_URL: 'esdb://localhost:1',
  MONGODB_URL: 'mongodb://localhost:1/waymark',
  REDIS_URL: 'redis://localhost:1',
};

/** Run a program in production until it ends, or until it serves, which it should not. */
async function programInProduction(program: string, environment: Readonly<Record<string, string>>) {
  const data = join(temporaryDirectory(), 'data');
  const launcher = join(__dirname, '../support/launch.mjs');
  const child = spawn(process.execPath, [launcher, join(__dirname, '../support/program-child.ts'), program], {
    env: { ...process.env, PORT: '0', ...environment, NODE_ENV: 'production', WAYMARK_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (chunk.includes('process.serving')) child.kill('SIGKILL');
  });
  const ended = once(child, 'close');
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [code] = (await ended) as [number | null];
  return { code, errors, touched: existsSync(data) };
}

/** Run work with some environment variables. */
async function withEnvironment<T>(variables: Readonly<Record<string, string>>, work: () => Promise<T>) {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

describe('in production', () => {
  it.each(['api', 'worker'])(
    'the %s does not start without an issuer, and names the settings',
    async (program) => {
      const { code, errors, touched } = await programInProduction(program, {});
      expect([code, touched]).toEqual([1, false]);
      for (const setting of [...Object.keys(issuer), 'NODE_ENV']) expect(errors).toContain(setting);
    },
  );

  it.each(Object.keys(issuer))('the api does not start without %s', async (missing) => {
    const { code, errors } = await programInProduction('api', { ...issuer, [missing]: '' });
    expect([code, errors]).toEqual([1, expect.stringContaining(`environment variable ${missing} must be`)]);
  });

  it('tokens of this machine are refused, whatever else is configured', async () => {
    const data = temporaryDirectory();
    const token = await signToken(localTokenKey(data), 'somebody', 300);
    for (const others of [{}, servers, { WAYMARK_WORK: 'true', HOST: '127.0.0.1' }]) {
      const settings = settingsFrom({ ...others, NODE_ENV: 'production', WAYMARK_DATA: data });
      const wrong = expect.objectContaining({ code: 'ISSUER_MISSING' }) as Error;
      expect(() => acceptedTokens(settings)).toThrow(wrong);
      expect(() => demandIssuerOf(settings, { host: '127.0.0.1' })).toThrow(wrong);
      const issued = acceptedTokens(settingsFrom({ ...others, ...issuer, NODE_ENV: 'production' }));
      await expect(issued.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID', reason: 'issuer' });
    }
    // Elsewhere, the same token is accepted.
    const { verify } = acceptedTokens(settingsFrom({ NODE_ENV: 'development', WAYMARK_DATA: data }));
    expect(await verify(token)).toMatchObject({ subject: 'somebody' });
  });

  it('nobody can configure the issuer of development tokens', () => {
    expect(() => settingsFrom({ ...issuer, WAYMARK_ISSUER: 'waymark-local' })).toThrow('WAYMARK_ISSUER');
  });

  it('the command line issues no token and accepts none of this machine', async () => {
    const data = temporaryDirectory();
    const WAYMARK_TOKEN = await signToken(localTokenKey(data), 'somebody', 300);
    const issue = ['token', '--role', 'operations', '--subject', 'me'] as const;
    const [issued, used] = await withEnvironment({ NODE_ENV: 'production' }, async () => [
      await waymark(data, ...issue),
      await withEnvironment({ WAYMARK_TOKEN }, () => waymark(data, 'views')),
    ]);
    expect(issued).toMatchObject({
      code: 1,
      out: '',
      errors: expect.stringMatching(/^NO_LOCAL_TOKENS: .*NODE_ENV/),
    });
    expect(used).toMatchObject({
      code: 1,
      out: '',
      errors: expect.stringMatching(/^ISSUER_MISSING: .*WAYMARK_ISSUER/),
    });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { signToken } from '@waymark/governance/access';
import { acceptedTokens, localTokenKey, settingsFrom } from '@waymark/platform';
import { demandIssuerOf } from '../../apps/shared/identity';
import { waymark } from '../ops/command-line';
import { documentedFetch } from '../support/documented';
import { SUBJECT, TestIssuer } from '../support/issuer/issuer';
import { withEnvironment } from '../support/environment';
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

/** Start a program in production, on a data folder that does not exist yet. It is killed after the test. */
function startInProduction(program: string, environment: Readonly<Record<string, string>>) {
  const data = join(temporaryDirectory(), 'data');
  const launcher = join(__dirname, '../support/launch.mjs');
  const child = spawn(process.execPath, [launcher, join(__dirname, '../support/program-child.ts'), program], {
    env: { ...process.env, PORT: '0', ...environment, NODE_ENV: 'production', WAYMARK_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { out: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (written.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (written.errors += chunk));
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
    ...{ code, errors: written.errors, touched: existsSync(data) },
  }));
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  /** The address that the program serves. Undefined if it ends without serving. */
  const serving = async (): Promise<string | undefined> => {
    const found = (): string | undefined => /"url":"([^"]+)"/.exec(written.out)?.[1];
    while (found() === undefined && child.exitCode === null)
      await Promise.race([once(child.stdout, 'data'), ended]);
    return found();
  };
  return { ended, serving };
}

describe('in production', () => {
  it.each(['api', 'worker'])(
    'the %s does not start without an issuer, and names the settings',
    async (program) => {
      const { ended, serving } = startInProduction(program, {});
      expect(await serving()).toBeUndefined();
      const { code, errors, touched } = await ended;
      expect([code, touched]).toEqual([1, false]);
      for (const setting of [...Object.keys(issuer), 'NODE_ENV']) expect(errors).toContain(setting);
    },
  );

  it.each(Object.keys(issuer))('the api does not start without %s', async (missing) => {
    const { ended, serving } = startInProduction('api', { ...issuer, [missing]: '' });
    expect(await serving()).toBeUndefined();
    const { code, errors } = await ended;
    expect([code, errors]).toEqual([1, expect.stringContaining(`environment variable ${missing} must be`)]);
  });

  it('the api starts with an issuer, even while it is away, and accepts its tokens only', async () => {
    const real = await TestIssuer.started();
    await real.stop();
    const { serving } = startInProduction('api', {
      ...{ WAYMARK_ISSUER: real.url, WAYMARK_AUDIENCE: 'waymark', WAYMARK_JWKS_URL: real.jwks },
    });
    const url = (await serving())!;
    const answer = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await documentedFetch(`${url}/v1/kpis?by=region`, { headers });
      const { code, subject } = (await response.json()) as { code: string; subject?: string };
      return [response.status, code, subject];
    };
    expect(await answer(await real.sign())).toEqual([503, 'ISSUER_UNAVAILABLE', undefined]);
    await real.start();
    // Nobody is registered yet.
    expect(await answer(await real.token())).toEqual([403, 'UNKNOWN_PERSON', SUBJECT]);
    const local = await signToken(localTokenKey(temporaryDirectory()), SUBJECT, 300);
    expect(await answer(local)).toEqual([401, 'TOKEN_INVALID', undefined]);
    const ready = await documentedFetch(`${url}/health/ready`);
    expect(await ready.json()).toMatchObject({ details: { issuer: { status: 'up' } } });
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

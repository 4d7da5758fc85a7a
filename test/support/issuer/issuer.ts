import { type ChildProcess, fork } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { message } from '../process';
import { afterwards } from '../stores';

/** The algorithms of the issuer's tokens, each with a way to make a key. */
const generators = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} satisfies Readonly<Record<string, () => { readonly privateKey: KeyObject }>>;

export type Algorithm = keyof typeof generators;

export const algorithms = Object.keys(generators) as Algorithm[];

/** A private key as a JWK. */
type PrivateJwk = Readonly<Record<string, unknown>> & { readonly kid: string; readonly alg: Algorithm };

const defined = (object: object): object => JSON.parse(JSON.stringify(object)) as object;

let made = 0;

const newKey = (alg: Algorithm): PrivateJwk => ({
  ...generators[alg]().privateKey.export({ format: 'jwk' }),
  ...{ alg, use: 'sig', kid: `${alg}-${String((made += 1))}` },
});

/** The `sub` claim of the issuer's tokens. */
export const SUBJECT = 'a-client';

/** An OpenID Connect issuer in a process of its own, until the end of the test. */
export class TestIssuer {
  private keys: readonly PrivateJwk[] = algorithms.map(newKey);
  private port = 0;
  private child: ChildProcess | undefined;

  static async started(): Promise<TestIssuer> {
    const issuer = new TestIssuer();
    afterwards(() => issuer.stop());
    await issuer.start();
    return issuer;
  }

  /** The `iss` claim of the issuer's tokens. */
  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get jwks(): string {
    return `${this.url}/jwks`;
  }

  /** Start the process, on the port that it had before, with the keys that it had before. */
  async start(): Promise<void> {
    this.child = fork(join(__dirname, 'server.mjs'), { execArgv: [], silent: true });
    await this.configure();
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** Replace all keys by new ones, at once or when the process starts again. */
  async rotate(): Promise<void> {
    this.keys = algorithms.map(newKey);
    if (this.child) await this.configure();
  }

  /** A key with which the issuer signs, for tokens that it would not issue. */
  key(alg: Algorithm): { readonly kid: string; readonly privateKey: KeyObject } {
    const jwk = this.keys.find((key) => key.alg === alg)!;
    return { kid: jwk.kid, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
  }

  /** Sign a token as the issuer would, with other claims or another header. What is undefined is left out. */
  sign(
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
    { kid, privateKey } = this.key('ES256'),
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: this.url, aud: 'waymark', sub: SUBJECT, iat: now, exp: now + 300, ...claims };
    return new SignJWT(defined(payload) as JWTPayload)
      .setProtectedHeader(defined({ alg: 'ES256', kid, ...header }) as JWTHeaderParameters)
      .sign(privateKey);
  }

  /** An access token for client credentials, with the resource as its audience. */
  async token(alg: Algorithm = 'RS256', audience = 'waymark'): Promise<string> {
    const answer = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${SUBJECT}:a-secret`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: `https://${audience}/${alg}` }),
    });
    const body = (await answer.json()) as { readonly access_token?: string; readonly error?: string };
    if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  private async configure(): Promise<void> {
    const answer = message(this.child!);
    this.child!.send({ port: this.port, keys: this.keys });
    ({ port: this.port } = (await answer) as { readonly port: number });
  }
}

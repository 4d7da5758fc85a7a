import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import { afterwards } from '../support/stores';

export const ISSUER = 'https://login.example';
export const AUDIENCE = 'waymark';

export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const rsa = (kid: string): Key => ({
  kid,
  alg: 'RS256',
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
});
export const ec = (kid: string): Key => ({
  kid,
  alg: 'ES256',
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
});
export const ed = (kid: string): Key => ({ kid, alg: 'EdDSA', ...generateKeyPairSync('ed25519') });

/** Answers a request. */
export type Answer = (response: ServerResponse) => void;

interface Published {
  keys: readonly Key[];
  /** Answers instead of the keys. */
  instead?: Answer;
}

/** An issuer that publishes keys and can change them. */
export async function issuer(...keys: Key[]) {
  const published: Published = { keys };
  let asked = 0;
  const server: Server = createServer((_request, response) => {
    asked += 1;
    if (published.instead) {
      published.instead(response);
      return;
    }
    void Promise.all(
      published.keys.map(async ({ kid, alg, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        ...(kid === '' ? {} : { kid }),
        alg,
        use: 'sig',
      })),
    ).then((jwks) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: jwks })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { published, jwks: `http://127.0.0.1:${String(port)}/keys`, asked: () => asked, server };
}

export const token = (
  { kid, alg, privateKey }: Key,
  claims: { iss?: string; aud?: string; sub?: string } = {},
): Promise<string> =>
  new SignJWT({ roles: ['data-protection-officer'] })
    .setProtectedHeader({ alg, ...(kid === '' ? {} : { kid }) })
    .setIssuer(claims.iss ?? ISSUER)
    .setAudience(claims.aud ?? AUDIENCE)
    .setSubject(claims.sub ?? 'subject-1')
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .sign(privateKey);

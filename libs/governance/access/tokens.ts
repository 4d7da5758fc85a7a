import { createPublicKey, type KeyObject } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey, SignJWT } from 'jose';
import { Refusal, StoreUnavailable } from '@waymark/core/kernel';

/** The issuer of access tokens. */
export interface Issuer {
  /** The required `iss` claim. */
  readonly issuer: string;
  /** The required `aud` claim. */
  readonly audience: string;
  /** The issuer's JWKS URL. Keys are fetched again when a token names an unknown key. */
  readonly jwks: string;
}

/** The subject of a valid token and its expiry, in milliseconds since 1970. */
export interface Verified {
  readonly subject: string;
  readonly until: number;
}

/** Verifies a token. Throws a {@link Refusal} if it is not valid. */
export type Verify = (token: string) => Promise<Verified>;

/** The accepted signature algorithms. Algorithms with a shared secret, and `none`, are not accepted. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
/** Tolerated clock difference in seconds. */
const TOLERANCE = 5;
/** Maximum length of a token in characters. */
const MAX_LENGTH = 8_192;

/** Verifies tokens of an OpenID Connect issuer. */
export function issuedBy({ issuer, audience, jwks }: Issuer): Verify {
  const keys = createRemoteJWKSet(new URL(jwks), { timeoutDuration: 5_000, cooldownDuration: 10_000 });
  return (token) => verified(token, keys, { issuer, audience });
}

/** Issuer and audience of development tokens. */
export const LOCAL = { issuer: 'waymark-local', audience: 'waymark' } as const;

/** Verifies tokens that were signed with this installation's own key. */
export const signedBy = (key: KeyObject): Verify => {
  const publicKey = createPublicKey(key);
  return (token) => verified(token, () => Promise.resolve(publicKey), LOCAL);
};

/** Sign a development token that expires after some seconds. It contains the subject only, no roles. */
export const signToken = (key: KeyObject, subject: string, seconds: number): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer(LOCAL.issuer)
    .setAudience(LOCAL.audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${String(seconds)} seconds`)
    .sign(key);

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience }: Pick<Issuer, 'issuer' | 'audience'>,
): Promise<Verified> {
  if (token.length > MAX_LENGTH) throw refused();
  try {
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: TOLERANCE },
      requiredClaims: ['sub', 'exp'],
    });
    const subject: unknown = payload.sub;
    if (typeof subject !== 'string' || subject === '' || subject.length > 255) throw refused();
    return { subject, until: payload.exp! * 1_000 };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    if (UNREACHABLE.has(code ?? message ?? ''))
      throw new StoreUnavailable('issuer of access tokens', { cause: error });
    throw refused(code === 'ERR_JWT_EXPIRED' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID');
  }
}

/**
 * Error codes (of jose) and messages (of fetch) for an issuer whose keys could not be fetched. The token is not at
 * fault.
 */
const UNREACHABLE: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'fetch failed']);

const messages = {
  TOKEN_MISSING: 'The access token is missing. Send it in the header: Authorization: Bearer …',
  TOKEN_EXPIRED: 'The access token has expired. Get a new one.',
  TOKEN_INVALID: 'The access token is not valid here. Get one from the configured issuer.',
} as const;

/** The message does not say why a token is not valid, so that it does not help anyone who forges tokens. */
export const refused = (code: keyof typeof messages = 'TOKEN_INVALID'): Refusal =>
  new Refusal(code, messages[code], 'unauthenticated');

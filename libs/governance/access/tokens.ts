import { createPublicKey, type KeyObject } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey, SignJWT } from 'jose';
import { Refusal, StoreUnavailable } from '@waymark/core/kernel';

/** Where access tokens come from. */
export interface Issuer {
  /** The `iss` that they bear. */
  readonly issuer: string;
  /** The `aud` that they are for. */
  readonly audience: string;
  /** Where the issuer publishes its keys: asked anew when a token is signed with one that is not known yet. */
  readonly jwks: string;
}

/** Whose token one is, and until when: milliseconds. */
export interface Verified {
  readonly subject: string;
  readonly until: number;
}

/** Says whose token one is. Throws a {@link Refusal} where it is none to be believed. */
export type Verify = (token: string) => Promise<Verified>;

/** Signatures that are believed. Nothing that takes a shared secret, and not `none`. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
/** Seconds that clocks may be apart. */
const TOLERANCE = 5;
/** Characters that a token may have. */
const LONGEST = 8_192;

/** Tokens of an OpenID Connect issuer. */
export function issuedBy({ issuer, audience, jwks }: Issuer): Verify {
  const keys = createRemoteJWKSet(new URL(jwks), { timeoutDuration: 5_000, cooldownDuration: 10_000 });
  return (token) => verified(token, keys, { issuer, audience });
}

/** Who signs tokens for development, and for whom. */
export const LOCAL = { issuer: 'waymark-local', audience: 'waymark' } as const;

/** Tokens that were signed with this machine's own key. */
export const signedBy = (key: KeyObject): Verify => {
  const known = createPublicKey(key);
  return (token) => verified(token, () => Promise.resolve(known), LOCAL);
};

/** Sign a token for development, good for some seconds. It says who somebody is, and nothing of what they may do. */
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
  if (token.length > LONGEST) throw refused();
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

/** How it is said that the issuer's keys could not be had: by jose, or by fetch. That is not the token's fault. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'fetch failed']);

const messages = {
  TOKEN_MISSING: 'Send an access token: Authorization: Bearer …',
  TOKEN_EXPIRED: 'The access token has expired. Ask for another one.',
  TOKEN_INVALID: 'The access token is not one that is accepted here.',
} as const;

/** Nothing of why a token is not accepted: it would only help those who make them up. */
export const refused = (code: keyof typeof messages = 'TOKEN_INVALID'): Refusal =>
  new Refusal(code, messages[code], 'unauthenticated');

import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { IssuerKeys, type Keys } from './issuer-keys';
import { reasonOf, TokenRefused } from './token-refusals';

/** The issuer of access tokens. */
export interface Issuer {
  /** The required `iss` claim. */
  readonly issuer: string;
  /** The required `aud` claim. */
  readonly audience: string;
  /** The issuer's JWKS URL. Keys are fetched again when a token names an unknown key. */
  readonly jwks: string;
  /** The longest lifetime of a token, in seconds. Defaults to a day. */
  readonly longestLifetime?: number | undefined;
}

/** The subject of a valid token and its expiry, in milliseconds since 1970. */
export interface Verified {
  readonly subject: string;
  readonly until: number;
}

/** Verifies a token. Throws {@link TokenRefused} if it is not valid. */
export type Verify = (token: string) => Promise<Verified>;

/** What a token must have. */
interface Rules {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** In seconds. */
  readonly longestLifetime: number;
}

/** The accepted signature algorithms. Algorithms with a shared secret, and `none`, are not accepted. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
/** The accepted types of tokens, in the header `typ`. Many issuers give none. */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt']);
/** Tolerated clock difference in seconds. */
const TOLERANCE = 5;
/** Maximum length of a token in characters. */
const MAX_LENGTH = 8_192;
/** Default of the longest lifetime, in seconds. */
const DAY = 86_400;

/** Verifies tokens of an OpenID Connect issuer. Throws `ISSUER_UNAVAILABLE` if it has no keys and cannot fetch them. */
export function issuedBy(
  { issuer, audience, jwks, longestLifetime = DAY }: Issuer,
  keys = new IssuerKeys(jwks),
): Verify {
  const rules: Rules = { issuer, audience, longestLifetime, algorithms: ALGORITHMS };
  return async (token) => {
    demandForm(token, rules);
    try {
      return await verified(token, await keys.current(), rules);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      if (error.reason === 'unknown-key') return verified(token, await keys.newer(), rules);
      if (error.reason !== 'signature') throw error;
      // The issuer may have replaced a key under the same name, or under none.
      const newer = await keys.newer().catch(() => Promise.reject(error));
      return verified(token, newer, rules);
    }
  };
}

/** Issuer and audience of development tokens. */
export const LOCAL = { issuer: 'waymark-local', audience: 'waymark' } as const;

/** The longest lifetime of a development token, in hours. */
export const LOCAL_HOURS = 720;

/** Verifies tokens that were signed with this installation's own key. */
export const signedBy = (key: KeyObject): Verify => {
  const publicKey = createPublicKey(key);
  const rules: Rules = { ...LOCAL, algorithms: ['EdDSA'], longestLifetime: LOCAL_HOURS * 3_600 };
  return async (token) => {
    demandForm(token, rules);
    return verified(token, () => Promise.resolve(publicKey), rules);
  };
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

/**
 * Check what needs no key. Nothing here is proven yet: a token can only be refused. A token of another issuer is refused
 * here, because this issuer's keys cannot fit it.
 */
function demandForm(token: string, { issuer, algorithms }: Rules): void {
  if (token.length > MAX_LENGTH) throw new TokenRefused('form');
  const { header, claims } = decoded(token);
  if (!algorithms.includes(header.alg ?? '')) throw new TokenRefused('algorithm');
  if (!TYPES.has(typeOf(header.typ)) || isOtherToken(claims)) throw new TokenRefused('type');
  if (claims.iss !== issuer) throw new TokenRefused('issuer');
}

function decoded(token: string) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    throw new TokenRefused('form');
  }
}

/** A media type, without the prefix that may be left out (RFC 7515, section 4.1.9). */
const typeOf = (typ: unknown): unknown =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;

/** Claims that only other tokens have: hashes of ID tokens, and the events of logout tokens. */
const foreignClaims = ['at_hash', 'c_hash', 'events'];

/** Whether these are the claims of an ID token or a logout token. Keycloak and Cognito name the kind in a claim. */
const isOtherToken = (claims: JWTPayload): boolean =>
  foreignClaims.some((name) => Object.hasOwn(claims, name)) ||
  ['ID', 'Refresh', 'Offline', 'Logout'].includes(String(claims['typ'])) ||
  claims['token_use'] === 'id';

async function verified(token: string, keys: Keys, rules: Rules): Promise<Verified> {
  const { sub, iat, exp } = await signedClaims(token, keys, rules);
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) throw new TokenRefused('subject');
  const now = Date.now() / 1_000;
  if (iat !== undefined && iat > now + TOLERANCE) throw new TokenRefused('not-yet-valid');
  if (exp! - (iat ?? now + TOLERANCE) > rules.longestLifetime) throw new TokenRefused('lifetime');
  return { subject: sub, until: exp! * 1_000 };
}

/** The claims of a token whose signature, issuer, audience and times are right. */
async function signedClaims(token: string, keys: Keys, rules: Rules): Promise<JWTPayload> {
  const { issuer, audience, algorithms } = rules;
  const options = {
    ...{ issuer, audience, algorithms: [...algorithms], clockTolerance: TOLERANCE },
    requiredClaims: ['sub', 'exp'],
  };
  try {
    for (const key of await candidates(token, keys)) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
  } catch (error) {
    throw new TokenRefused(reasonOf(error));
  }
  throw new TokenRefused('signature');
}

/** The keys that may have signed the token: several if it names none and the issuer publishes several. */
async function candidates(token: string, keys: Keys): Promise<(CryptoKey | KeyObject)[]> {
  try {
    return [await keys(decodeProtectedHeader(token))];
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const found: CryptoKey[] = [];
    for await (const key of error) found.push(key);
    return found;
  }
}

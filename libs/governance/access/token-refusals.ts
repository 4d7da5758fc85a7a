import { errors } from 'jose';
import { Refusal } from '@waymark/core/kernel';

/**
 * Why a token is refused. Reasons are stable: log lines and metrics contain them. The sender is told only the code of
 * the refusal.
 */
export type TokenReason =
  /** There is no `Authorization` header. */
  | 'missing'
  /** It is not a JWT, it is too long, or a claim has a wrong type. */
  | 'form'
  | 'algorithm'
  /** It is an ID token or another kind of token, not an access token. */
  | 'type'
  /** The issuer publishes no usable key that fits. */
  | 'unknown-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'subject'
  | 'expired'
  /** It is not valid yet, or it was issued in the future. */
  | 'not-yet-valid'
  /** It never expires, or it is valid for longer than the setting allows. */
  | 'lifetime';

const messages = {
  TOKEN_MISSING: 'The access token is missing. Send it in the header: Authorization: Bearer …',
  TOKEN_EXPIRED: 'The access token has expired. Get a new one.',
  TOKEN_INVALID: 'The access token is not valid here. Get one from the configured issuer.',
} as const;

type TokenCode = keyof typeof messages;

/** Reasons with a code of their own. A token is called expired only if its signature, issuer and audience are right. */
const codes: Partial<Readonly<Record<TokenReason, TokenCode>>> = {
  missing: 'TOKEN_MISSING',
  expired: 'TOKEN_EXPIRED',
};

/**
 * A request without a valid access token. Code and message do not say why a token is not valid, so that they do not
 * help anyone who forges tokens. The reason is for the log. The token and its claims are in neither.
 */
export class TokenRefused extends Refusal {
  constructor(readonly reason: TokenReason) {
    const code = codes[reason] ?? 'TOKEN_INVALID';
    super(code, messages[code], 'unauthenticated');
  }
}

/** Reasons by the code of jose's error. */
const byCode: Readonly<Record<string, TokenReason>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown-key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
};

/** Reasons by the claim that is missing or has a wrong value. */
const byClaim: Readonly<Record<string, TokenReason>> = {
  iss: 'issuer',
  aud: 'audience',
  sub: 'subject',
  nbf: 'not-yet-valid',
  exp: 'lifetime',
};

/** The reason for an error of jose. All other errors come from a key that cannot be used. */
export function reasonOf(error: unknown): TokenReason {
  if (!(error instanceof errors.JOSEError)) return 'unknown-key';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return byCode[error.code] ?? 'form';
  return error.reason === 'invalid' ? 'form' : (byClaim[error.claim] ?? 'form');
}

import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { Refusal } from '@waymark/core/kernel';
import { issuedBy, IssuerKeys, signedBy, type Verify } from '@waymark/governance/access';
import { signingKeyFromFile } from '@waymark/stores/files/signing-key';
import type { Settings } from './settings';

/** The key that this machine signs development access tokens with; created on first use. */
export const localTokenKey = (data: string): KeyObject => signingKeyFromFile(join(data, 'keys', 'token.key'));

/** The access tokens that a process accepts. */
export interface AcceptedTokens {
  readonly verify: Verify;
  /** The keys of the configured issuer; absent if only tokens of this machine are accepted. */
  readonly issuer?: IssuerKeys;
}

/**
 * The tokens of the configured issuer, or those of this machine if no issuer is configured. Throws `ISSUER_MISSING` in
 * production without an issuer. `onIssuerChange` is called when the issuer stops answering, and when it answers again.
 */
export function acceptedTokens(
  settings: Pick<Settings, 'issuer' | 'data' | 'production'>,
  onIssuerChange?: ConstructorParameters<typeof IssuerKeys>[1],
): AcceptedTokens {
  demandIssuer(settings);
  const { issuer, data } = settings;
  if (!issuer) return { verify: signedBy(localTokenKey(data)) };
  const keys = new IssuerKeys(issuer.jwks, onIssuerChange);
  return { verify: issuedBy(issuer, keys), issuer: keys };
}

/** Tokens of this machine are for development only. Throws `ISSUER_MISSING` in production without an issuer. */
export function demandIssuer({ issuer, production }: Pick<Settings, 'issuer' | 'production'>): void {
  if (production && !issuer)
    throw new Refusal(
      'ISSUER_MISSING',
      'Set WAYMARK_ISSUER, WAYMARK_AUDIENCE and WAYMARK_JWKS_URL: NODE_ENV is production, where tokens signed by this machine are never accepted.',
    );
}

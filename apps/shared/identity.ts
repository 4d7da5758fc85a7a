import { Refusal } from '@waymark/core/kernel';
import { byToken, type Identify } from '@waymark/governance/access';
import { type Platform, type Settings, tokenVerifier } from '@waymark/platform';

/** Logged at startup if tokens are signed by this machine itself. */
export const LOCAL_TOKENS_WARNING =
  'WAYMARK_ISSUER is not set: only tokens from "waymark token" are accepted, for development on this machine';

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Choose how a process identifies principals: by tokens of the configured issuer, or by tokens of this machine. The latter is
 * for development: throws `ISSUER_MISSING` if the process listens on a network or uses any server.
 */
export function identityOf(
  platform: Platform,
  settings: Pick<Settings, 'issuer' | 'engines' | 'data'>,
  { host }: { readonly host: string },
): { readonly identify: Identify; readonly local: boolean } {
  const local = settings.issuer === undefined;
  if (local && (!loopback.has(host) || Object.keys(settings.engines).length > 0))
    throw new Refusal(
      'ISSUER_MISSING',
      'Set WAYMARK_ISSUER, WAYMARK_AUDIENCE and WAYMARK_JWKS_URL. Without them, all stores must be embedded and HOST must be a loopback address.',
    );
  return { identify: byToken(tokenVerifier(settings), platform.people), local };
}

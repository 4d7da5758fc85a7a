import { Refusal } from '@waymark/core/kernel';
import { demandIssuer, type Settings } from '@waymark/platform';

/** Logged at startup if tokens are signed by this machine itself. */
export const LOCAL_TOKENS_WARNING =
  'WAYMARK_ISSUER is not set: only tokens from "waymark token" are accepted, for development on this machine';

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Tokens of this machine are for development. Throws `ISSUER_MISSING` if there is no issuer and the process runs in
 * production, listens on a network or uses any server.
 */
export function demandIssuerOf(
  settings: Pick<Settings, 'issuer' | 'engines' | 'production'>,
  { host }: { readonly host: string },
): void {
  demandIssuer(settings);
  if (!settings.issuer && (!loopback.has(host) || Object.keys(settings.engines).length > 0))
    throw new Refusal(
      'ISSUER_MISSING',
      'Set WAYMARK_ISSUER, WAYMARK_AUDIENCE and WAYMARK_JWKS_URL. Without them, all stores must be embedded and HOST must be a loopback address.',
    );
}

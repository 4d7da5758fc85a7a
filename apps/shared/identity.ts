import { Refusal } from '@waymark/core/kernel';
import { byToken, type Identify } from '@waymark/governance/access';
import { type Platform, type Settings, verifierOf } from '@waymark/platform';

/** What is said at the start where tokens are signed by this machine itself. */
export const LOCAL_ONLY =
  'no WAYMARK_ISSUER: tokens are those of "waymark token", signed by this machine, for development on it alone';

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * How a process knows who asks: by the tokens of the issuer that it is set up with; else by its own, which is for development on
 * one machine, and refused as `ISSUER_MISSING` where others could come by a network or there is any engine.
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
      'Set WAYMARK_ISSUER, WAYMARK_AUDIENCE and WAYMARK_JWKS_URL: without them only the embedded default runs, and only on loopback.',
    );
  return { identify: byToken(verifierOf(settings), platform.people), local };
}

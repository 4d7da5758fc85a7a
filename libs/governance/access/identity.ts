import { createHash } from 'node:crypto';
import type { Principal } from '@waymark/core/access';
import { LRUCache } from 'lru-cache';
import type { People } from './people';
import { TokenRefused } from './token-refusals';
import type { Verified, Verify } from './tokens';

/**
 * Identifies the principal from a request's `Authorization` header. Throws a refusal if there is no valid principal.
 */
export type Identify = (authorization: string | undefined) => Promise<Principal>;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;
/** Milliseconds for which a verified token is cached. The issuer's keys may change during that time. */
const CACHED_FOR = 30_000;
const MAX_CACHED = 10_000;

/**
 * Identifies principals by access token. Their roles are read from the log for each request. Verified tokens are cached
 * under a hash, so that no valid token stays in memory.
 */
export function byToken(verify: Verify, people: Pick<People, 'reader'>): Identify {
  const cached = new LRUCache<string, Verified & { readonly at: number }>({ max: MAX_CACHED });
  const subjectOf = async (token: string): Promise<string> => {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = cached.get(hash);
    if (known && Date.now() < known.until && performance.now() < known.at + CACHED_FOR) return known.subject;
    const verified = await verify(token);
    cached.set(hash, { ...verified, at: performance.now() });
    return verified.subject;
  };
  return async (authorization) => {
    if (authorization === undefined) throw new TokenRefused('missing');
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw new TokenRefused('form');
    return people.reader(await subjectOf(token));
  };
}

import type { Principal } from '@waymark/core/access';
import { LRUCache } from 'lru-cache';
import type { People } from './people';
import { refused, type Verify } from './tokens';

/**
 * Identifies the principal from a request's `Authorization` header. Throws a refusal if there is no valid principal.
 */
export type Identify = (authorization: string | undefined) => Promise<Principal>;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;
/** Milliseconds for which a verified token is cached. The issuer's keys may change during that time. */
const CACHED_FOR = 30_000;
const MAX_CACHED = 10_000;

/** Identifies principals by access token. Their roles are read from the log for each request. */
export function byToken(verify: Verify, people: Pick<People, 'reader'>): Identify {
  const subjects = new LRUCache<string, string>({ max: MAX_CACHED });
  const subjectOf = async (token: string): Promise<string> => {
    const known = subjects.get(token);
    if (known !== undefined) return known;
    const { subject, until } = await verify(token);
    const ttl = Math.min(CACHED_FOR, until - Date.now());
    if (ttl > 0) subjects.set(token, subject, { ttl });
    return subject;
  };
  return async (authorization) => {
    if (authorization === undefined) throw refused('TOKEN_MISSING');
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw refused();
    return people.reader(await subjectOf(token));
  };
}

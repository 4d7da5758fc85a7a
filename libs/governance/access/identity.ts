import type { Principal } from '@waymark/core/access';
import { LRUCache } from 'lru-cache';
import type { People } from './people';
import { refused, type Verify } from './tokens';

/** Says who asks, from a request's `Authorization`. Throws a refusal where that is nobody who may ask anything. */
export type Identify = (authorization: string | undefined) => Promise<Principal>;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;
/** Milliseconds for which a token is not looked at again that was good: so long its issuer's keys may have changed. */
const BELIEVED = 30_000;
const TOKENS = 10_000;

/** By access tokens, which say who somebody is; what they may do, the log says, at each request. */
export function byToken(verify: Verify, people: Pick<People, 'reader'>): Identify {
  const subjects = new LRUCache<string, string>({ max: TOKENS });
  const subjectOf = async (token: string): Promise<string> => {
    const known = subjects.get(token);
    if (known !== undefined) return known;
    const { subject, until } = await verify(token);
    const ttl = Math.min(BELIEVED, until - Date.now());
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

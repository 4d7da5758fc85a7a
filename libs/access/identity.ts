import type { People } from './people';
import type { Reader } from './reach';
import { refused, type Verify } from './tokens';

/** Says who asks, from a request's `Authorization`. Throws a refusal where that is nobody who may ask anything. */
export type Identify = (authorization: string | undefined) => Promise<Reader>;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/** By access tokens, which say who somebody is; what they may do, the log says. */
export const byToken =
  (verify: Verify, people: Pick<People, 'reader'>): Identify =>
  async (authorization) => {
    if (authorization === undefined) throw refused('TOKEN_MISSING');
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw refused();
    return people.reader(await verify(token));
  };

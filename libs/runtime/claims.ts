import { createHmac } from 'node:crypto';
import { defineModule, event, refuse, slices } from '@waymark/kernel';

/** Which stream a value belongs to; undefined while it is free. */
interface Claimed {
  readonly by?: string;
  readonly at?: string;
}

export interface ClaimEvents {
  /** A value that only one record may bear, such as a UPN, was taken by a record. */
  ValueClaimed: { by: string; at: string };
}

export const ALREADY_CLAIMED = 'ALREADY_CLAIMED';

/** Take a value for a stream. */
export class ClaimValue {
  by!: string;
  /**
   * When the claim was made that may be passed over, since its holder never came to be. A holder that tries again
   * makes its own claim anew by this, so that nobody can pass over it meanwhile.
   */
  lapsed?: string;
}

const { on, slice } = slices<Claimed>();

const claiming = slice<ClaimEvents>({
  decide: {
    ClaimValue: on(
      ClaimValue,
      ({ by, lapsed }, claimed, { now, today }) => {
        if (claimed.at !== undefined && claimed.at !== lapsed) {
          if (claimed.by === by) return [];
          refuse(ALREADY_CLAIMED, 'Another record holds it.');
        }
        return [event('ValueClaimed', today, { by, at: now })];
      },
      { creates: true },
    ),
  },
  evolve: { ValueClaimed: (_, { by, at }) => ({ by, at }) },
  internal: ['ClaimValue'],
});

/**
 * Values that must be unique across streams, each in a stream of its own whose name is a keyed hash of the value:
 * the store's check of the expected revision then makes it unique under any concurrency, on every store.
 */
export const claims = defineModule(
  {
    name: 'claim',
    plural: 'claims',
    id: {
      pattern: /^[a-z]+\.[0-9a-f]{32}$/,
      description: 'kind and keyed hash',
      example: 'upn.0123456789abcdef0123456789abcdef',
    },
    initial: {} as Claimed,
    facts: (claimed: Claimed) => (claimed.by === undefined ? undefined : claimed),
  },
  [claiming],
);

/** How a value is named in a stream: HMAC-SHA-256 under a key kept apart, so that the name gives nothing away. */
export const claimId = (key: Buffer, kind: string, value: string): string =>
  `${kind}.${createHmac('sha256', key).update(`${kind}:${value}`).digest('hex').slice(0, 32)}`;

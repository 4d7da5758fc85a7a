import { event, slices } from './decider';
import { defineModule } from './module';
import { refuse } from './refusal';

/** The stream that holds a value; both fields are undefined while the value is free. */
export interface Claimed {
  readonly by?: string;
  readonly at?: string;
}

export interface ClaimEvents {
  /** A stream claimed a value that only one record may hold, such as a UPN. */
  ValueClaimed: { by: string; at: string };
  /** The stream that held the value released it: another stream may claim it. */
  ValueReleased: { by: string; at: string };
}

export const ALREADY_CLAIMED = 'ALREADY_CLAIMED';

/** Claims a value for the stream `by`. */
export class ClaimValue {
  by!: string;
  /**
   * The time of an earlier claim that may be replaced, because its holder's stream was never written. A holder
   * that retries passes it too: this renews its own claim, so that no other stream can replace that claim in
   * the meantime.
   */
  lapsed?: string;
}

/** Releases a value that the stream `by` holds. Changes nothing if another stream holds it. */
export class ReleaseValue {
  by!: string;
}

const { on, slice } = slices<Claimed>();

const claiming = slice<ClaimEvents>({
  decide: {
    ClaimValue: on(
      ClaimValue,
      ({ by, lapsed }, claimed, { now, today }) => {
        if (claimed.at !== undefined && claimed.at !== lapsed) {
          if (claimed.by === by) return [];
          refuse(ALREADY_CLAIMED, 'Another record already holds this value.');
        }
        return [event('ValueClaimed', today, { by, at: now })];
      },
      { by: 'service', creates: true },
    ),
    ReleaseValue: on(
      ReleaseValue,
      ({ by }, claimed, { now, today }) =>
        claimed.by === by ? [event('ValueReleased', today, { by, at: now })] : [],
      { by: 'service' },
    ),
  },
  evolve: {
    ValueClaimed: (_, { by, at }) => ({ by, at }),
    ValueReleased: () => ({}),
  },
});

/**
 * Values that must be unique across streams. Each value has its own stream, named by a keyed hash of the value.
 * The store's expected-revision check makes the claim unique under concurrency, on every store.
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

import { createHmac } from 'node:crypto';
import {
  type Claim,
  defineModule,
  event,
  type EventStore,
  Refusal,
  refuse,
  slices,
} from '@waymark/core/kernel';
import type { Clock } from './clock';

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
      { by: 'service', creates: true },
    ),
  },
  evolve: { ValueClaimed: (_, { by, at }) => ({ by, at }) },
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

/** Who claims a value, and what that follows from. */
interface Claimant {
  readonly by: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string;
}

/** What claims are recorded and looked up with: the submitter, as far as they need it. */
interface Carrier {
  submit(
    submission: Omit<Claimant, 'by'> & { module: string; id: string; command: object },
  ): Promise<unknown>;
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
}

interface ClaimsOptions {
  readonly events: EventStore;
  readonly clock: Clock;
  /** Key of the names that values go by. */
  readonly key: Buffer;
}

/** After how long a claim whose holder never came to be may be taken over, in milliseconds. */
const LAPSE = 60_000;

/** Takes values for streams, and knows whose they are. */
export class Claims {
  constructor(
    private readonly carrier: Carrier,
    private readonly options: ClaimsOptions,
  ) {}

  /** The stream that holds a value. */
  async holder(kind: string, value: string): Promise<string | undefined> {
    return (await this.carrier.facts<Claimed>(claims.name, this.idOf(kind, value)))?.by;
  }

  /** Take a value for a stream; refused where it is another's. */
  async claim({ kind, value, taken }: Claim, { by, ...cause }: Claimant): Promise<void> {
    const id = this.idOf(kind, value);
    const command = Object.assign(new ClaimValue(), { by, ...(await this.lapsed(id)) });
    try {
      await this.carrier.submit({ module: claims.name, id, command, ...cause });
    } catch (error) {
      if (error instanceof Refusal && error.code === ALREADY_CLAIMED)
        throw new Refusal(taken.code, taken.message);
      throw error;
    }
  }

  /** A claim made a while ago whose holder, perhaps this one, never recorded anything: it may be passed over. */
  private async lapsed(id: string): Promise<{ lapsed?: string }> {
    const { events, clock } = this.options;
    const held = await this.carrier.facts<Required<Claimed>>(claims.name, id);
    if (!held || Date.parse(clock.now()) - Date.parse(held.at) < LAPSE) return {};
    const [first] = await events.readStream(held.by, { limit: 1 });
    return first ? {} : { lapsed: held.at };
  }

  private idOf(kind: string, value: string): string {
    return claimId(this.options.key, kind, value);
  }
}

/** How a value is named in a stream: HMAC-SHA-256 under a key kept apart, so that the name gives nothing away. */
export const claimId = (key: Buffer, kind: string, value: string): string =>
  `${kind}.${createHmac('sha256', key).update(`${kind}:${value}`).digest('hex').slice(0, 32)}`;

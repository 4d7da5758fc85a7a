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

/** The stream that holds a value; both fields are undefined while the value is free. */
interface Claimed {
  readonly by?: string;
  readonly at?: string;
}

export interface ClaimEvents {
  /** A stream claimed a value that only one record may hold, such as a UPN. */
  ValueClaimed: { by: string; at: string };
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
  },
  evolve: { ValueClaimed: (_, { by, at }) => ({ by, at }) },
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

/** The stream that claims a value, with the actor, correlation and causation of the claim. */
interface Claimant {
  readonly by: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string;
}

/** The part of the submitter that records and looks up claims. */
interface ClaimSubmitter {
  submit(
    submission: Omit<Claimant, 'by'> & { module: string; id: string; command: object },
  ): Promise<unknown>;
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
}

interface ClaimsOptions {
  readonly events: EventStore;
  readonly clock: Clock;
  /** Key of the HMAC that names claim streams. */
  readonly key: Buffer;
}

/** Time after which a claim may be replaced if its holder's stream was never written, in milliseconds. */
const LAPSE = 60_000;

/** Claims unique values for streams and looks up their holders. */
export class Claims {
  constructor(
    private readonly submitter: ClaimSubmitter,
    private readonly options: ClaimsOptions,
  ) {}

  /** The name of the stream that holds a value, or undefined. */
  async holder(kind: string, value: string): Promise<string | undefined> {
    return (await this.submitter.facts<Claimed>(claims.name, this.idOf(kind, value)))?.by;
  }

  /** Claim a value for a stream. Throws the claim's `taken` {@link Refusal} if another stream holds it. */
  async claim({ kind, value, taken }: Claim, { by, ...cause }: Claimant): Promise<void> {
    const id = this.idOf(kind, value);
    const command = Object.assign(new ClaimValue(), { by, ...(await this.lapsed(id)) });
    try {
      await this.submitter.submit({ module: claims.name, id, command, ...cause });
    } catch (error) {
      if (error instanceof Refusal && error.code === ALREADY_CLAIMED)
        throw new Refusal(taken.code, taken.message);
      throw error;
    }
  }

  /**
   * The time of an existing claim that may be replaced: it is older than {@link LAPSE} and its holder, which
   * may be the claimant itself, has no events.
   */
  private async lapsed(id: string): Promise<{ lapsed?: string }> {
    const { events, clock } = this.options;
    const held = await this.submitter.facts<Required<Claimed>>(claims.name, id);
    if (!held || Date.parse(clock.now()) - Date.parse(held.at) < LAPSE) return {};
    const [first] = await events.readStream(held.by, { limit: 1 });
    return first ? {} : { lapsed: held.at };
  }

  private idOf(kind: string, value: string): string {
    return claimId(this.options.key, kind, value);
  }
}

/**
 * The id of a value's claim stream: HMAC-SHA-256 under a separately stored key, so that the id does not reveal
 * the value.
 */
export const claimId = (key: Buffer, kind: string, value: string): string =>
  `${kind}.${createHmac('sha256', key).update(`${kind}:${value}`).digest('hex').slice(0, 32)}`;

import { createHmac } from 'node:crypto';
import {
  ALREADY_CLAIMED,
  type Claim,
  type Claimed,
  claims,
  ClaimValue,
  type EventStore,
  Refusal,
} from '@waymark/core/kernel';
import type { Clock } from './clock';

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

  /** Claim a value for a stream. Returns false if another stream holds it. */
  async claim({ kind, value }: Claim, { by, ...cause }: Claimant): Promise<boolean> {
    const id = this.idOf(kind, value);
    const command = Object.assign(new ClaimValue(), { by, ...(await this.lapsed(id)) });
    try {
      await this.submitter.submit({ module: claims.name, id, command, ...cause });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.code === ALREADY_CLAIMED) return false;
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

  /** The id of the stream that claims a value. */
  idOf(kind: string, value: string): string {
    return claimId(this.options.key, kind, value);
  }
}

/**
 * The id of a value's claim stream: HMAC-SHA-256 under a separately stored key, so that the id does not reveal
 * the value.
 */
export const claimId = (key: Buffer, kind: string, value: string): string =>
  `${kind}.${createHmac('sha256', key).update(`${kind}:${value}`).digest('hex').slice(0, 32)}`;

import type { ClaimSender, ClaimWatch, Submitter } from '@waymark/core/commands';
import { type Claim, RetryableRefusal, StoreUnavailable } from '@waymark/core/kernel';
import { access, dayOf } from './access-log';
import { type Day, RecordRefusedClaim } from './attempts';
import { localOperator } from './people';

interface ClaimLimitOptions {
  readonly submitter: Pick<Submitter, 'submit' | 'facts'>;
  /** The current time: UTC, milliseconds. */
  readonly now: () => string;
  /** Number of refused claims within an hour after which a person can make no further claim. Default: {@link REFUSED_CLAIMS}. */
  readonly most?: number | undefined;
}

/** Default number of refused claims per person and hour. */
export const REFUSED_CLAIMS = 20;

const HOUR_MS = 3_600_000;

/** The person has had too many claims refused. */
class TooManyRefusedClaims extends RetryableRefusal {
  constructor(seconds: number) {
    super(
      'TOO_MANY_REFUSED_CLAIMS',
      'Too many of your UPNs, subjects or other unique values were refused within an hour. Wait for the number of seconds in Retry-After, and check the values.',
      'limited',
      seconds,
    );
  }
}

/**
 * Records the refused claims of persons in the access log and limits them. They are counted from the log, so that the limit
 * holds for all processes and after a restart. The claims of one person are made one at a time in a process: with several
 * processes, as many claims as there are other processes may be refused above the limit.
 */
export class ClaimLimit implements ClaimWatch {
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly options: ClaimLimitOptions) {}

  async watched(sender: ClaimSender, claim: () => Promise<Claim | undefined>): Promise<Claim | undefined> {
    return this.inTurn(sender.actor, async () => {
      await this.demand(sender.actor);
      const refused = await claim();
      if (refused) await this.record(sender, refused);
      return refused;
    });
  }

  /** Throws `TOO_MANY_REFUSED_CLAIMS` if the limit is reached. The local operator has none. */
  private async demand(actor: string): Promise<void> {
    if (actor === localOperator.id) return;
    const { now, most = REFUSED_CLAIMS } = this.options;
    const at = now();
    const refusedAt = await this.refusedSince(new Date(Date.parse(at) - HOUR_MS).toISOString(), at, actor);
    // The limit is reached until this one is an hour old.
    const oldest = refusedAt.at(-most);
    if (oldest === undefined) return;
    throw new TooManyRefusedClaims(Math.ceil((Date.parse(oldest) + HOUR_MS - Date.parse(at)) / 1_000));
  }

  private async refusedSince(from: string, to: string, actor: string): Promise<string[]> {
    const days = new Set([dayOf(actor, from), dayOf(actor, to)]);
    const known = await Promise.all(
      [...days].map((day) => this.options.submitter.facts<Day>(access.name, day)),
    );
    return known.flatMap((day) => day?.refusedAt ?? []).filter((at) => at > from);
  }

  private async record({ actor, command, importId }: ClaimSender, { kind }: Claim): Promise<void> {
    const { submitter, now } = this.options;
    const refused = Object.assign(new RecordRefusedClaim(), {
      ...{ kind, command },
      ...(importId !== undefined && { import: importId }),
    });
    try {
      await submitter.submit({ module: access.name, id: dayOf(actor, now()), command: refused, actor });
    } catch (error) {
      // Nothing else is told: a code of its own would tell that the value is taken.
      throw new StoreUnavailable('access log', { cause: error });
    }
  }

  private async inTurn<T>(actor: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(actor);
    const turn = before ? before.then(work, work) : work();
    this.turns.set(actor, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(actor) === turn) this.turns.delete(actor);
    }
  }
}

import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { type HiddenPart, type Position, START, type StoredEvent } from '@waymark/core/kernel';
import { hashed, type Hashed } from './chain';
import { diagnosis, reorderedOr } from './diagnosis';
import {
  hashOfSeal,
  leafAt,
  leafOf,
  rootOf,
  type Seal,
  sealIn,
  type SealKeys,
  sealsOf,
  sizeOf,
  UNSEALED,
} from './seal';
import { type StoredLog, storedPages } from './stored-pages';
import { StreamsCheck } from './streams-check';
import { hidden, Tampered, type Tampering } from './tampering';

/** Progress of a verification. */
export interface VerifyProgress {
  readonly events: number;
  readonly position: Position;
  readonly head: Position;
}

export interface VerifyOptions {
  /**
   * Returns the lines of all seals, from the first; called more than once. Without it only the hash chains are
   * verified.
   */
  readonly seals?: () => AsyncIterable<string>;
  readonly keys?: SealKeys;
  /** Lines of seals that are known from elsewhere, such as the log's own record; each must be among the seals. */
  readonly known?: readonly string[];
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** Result of a verification. */
export interface VerifyReport {
  /** Number of valid events before the first fault. */
  readonly events: number;
  readonly seals: number;
  /** Number of these events that are covered by seals. */
  readonly sealed: number;
  /** The events after the last seal: their number, and the position of the first. */
  readonly unsealed: { readonly events: number; readonly from?: Position };
  /** Number of events without a chain, which only a seal can protect. */
  readonly unchained: number;
  /** The parts of the log that not all readers see. */
  readonly hidden: readonly HiddenPart[];
  /** The first fault: one of the seals or of an event; then a seal that is missing; then the first hidden part. */
  readonly fault?: Tampering;
}

/**
 * Verify a stored log against its seals and hash chains: first the seals themselves, then every event in log
 * order, up to the first fault, and the parts of the log that not all readers see. Memory use is one hash per
 * stream.
 */
export async function verifyLog(log: StoredLog, options: VerifyOptions = {}): Promise<VerifyReport> {
  const verification = new Verification(log, options);
  try {
    await verification.run();
    return verification.verified(verification.lost ?? verification.hidden.map(hidden)[0]);
  } catch (error) {
    if (!(error instanceof Tampered)) throw error;
    return verification.verified(error.tampering);
  } finally {
    await verification.close();
  }
}

class Verification {
  private readonly streams = new StreamsCheck();
  hidden: readonly HiddenPart[] = [];
  /** A seal that is known and not among the seals. */
  lost: Tampering | undefined;
  private events = 0;
  private position: Position = START;
  /** Number of all seals, and of the events in them. */
  private seals = 0;
  private sealed = 0;
  private unsealedFrom: Position | undefined;
  /** The current seal, the hashes of its events so far, and the root before it; then the following seals. */
  private seal: Seal | undefined;
  private hashes: string[] = [];
  private root = UNSEALED.root;
  private readonly later = this.allSeals();

  constructor(
    private readonly log: StoredLog,
    private readonly options: VerifyOptions,
  ) {}

  async run(): Promise<void> {
    this.hidden = await this.log.hiddenParts();
    const missing = new Map((this.options.known ?? []).map((line) => [hashOfSeal(line), line]));
    for await (const { number, events, hash } of this.allSeals()) {
      [this.seals, this.sealed] = [number, events];
      missing.delete(hash);
    }
    // Read after the seals, so that all sealed events are before it.
    const head = await this.log.head();
    for (const line of missing.values()) this.lost ??= this.sealLost(line);
    await this.nextSeal();
    for await (const page of storedPages(this.log, START)) {
      await this.check(page);
      this.options.onProgress?.({ events: this.events, position: this.position, head });
      if (this.position >= head && !this.seal) return;
    }
    if (this.seal) throw new Tampered(this.cut(this.seal));
  }

  verified(fault?: Tampering): VerifyReport {
    return {
      ...{ events: this.events, seals: this.seals, sealed: Math.min(this.events, this.sealed) },
      unsealed: {
        events: Math.max(0, this.events - this.sealed),
        ...(this.unsealedFrom !== undefined && { from: this.unsealedFrom }),
      },
      ...{ unchained: this.streams.unchained, hidden: this.hidden },
      ...(fault && { fault }),
    };
  }

  /** Release the seals, which may be read from a file. */
  async close(): Promise<void> {
    await this.later.return();
  }

  private allSeals(): AsyncGenerator<Seal, void, undefined> {
    const { seals = noLines, keys = new Map<string, KeyObject>() } = this.options;
    return sealsOf(seals(), keys);
  }

  private async check(page: readonly StoredEvent[]): Promise<void> {
    for (const event of page) {
      const known = hashed(event);
      const { seal } = this;
      if (seal && leafAt(seal, this.hashes.length) !== leafOf(known.hash))
        throw new Tampered(await this.diagnosed(event, known, seal));
      const fault = this.streams.check(event, known);
      if (fault) throw new Tampered(await reorderedOr(this.log, fault));
      this.events += 1;
      this.position = event.position;
      if (!seal) this.unsealedFrom ??= event.position;
      else if (this.hashes.push(known.hash) === sizeOf(seal)) await this.finish(seal);
    }
  }

  /** All events of a seal have been read. */
  private async finish(seal: Seal): Promise<void> {
    this.root = rootOf(this.root, this.hashes);
    if (this.root !== seal.root) {
      const { number, events } = seal;
      const which = `One of the ${String(sizeOf(seal))} events up to event number ${String(events)} of the log`;
      const message = `${which} differs from what was sealed: seal ${String(number)} has another root.`;
      throw new Tampered({ kind: 'CHANGED', message, position: this.position, seal: number });
    }
    this.hashes = [];
    await this.nextSeal();
  }

  private async nextSeal(): Promise<void> {
    const { value, done } = await this.later.next();
    // Seals added during the verification may cover events that were not read.
    this.seal = done !== true && value.number <= this.seals ? value : undefined;
  }

  private diagnosed(event: StoredEvent, known: Hashed, seal: Seal): Promise<Tampering> {
    const later = { [Symbol.asyncIterator]: () => this.later };
    return diagnosis(this.log, { event, known, seal, index: this.hashes.length, later });
  }

  private sealLost(line: string): Tampering {
    const number = sealIn(line)?.number;
    const which = `Seal ${String(number ?? 'of an unknown number')}, which the log or the views record, is missing`;
    const message =
      this.seals === 0
        ? `${which}: there are no seals. Name the file of seals with --seals.`
        : `${which}: there are ${String(this.seals)} seals, and it is not among them.`;
    return { kind: 'SEAL_MISSING', message, ...(number !== undefined && { seal: number }) };
  }

  private cut({ number }: Seal): Tampering {
    const gone = this.sealed - this.events;
    const ends = this.events === 0 ? 'The log is empty' : `The log ends at position ${String(this.position)}`;
    const message = `${ends}: ${String(gone)} sealed event${gone === 1 ? ' is' : 's are'} missing after it.`;
    return { kind: 'CUT', message, position: this.position, seal: number };
  }
}

const noLines = (): AsyncIterable<string> => Readable.from([]) as AsyncIterable<string>;

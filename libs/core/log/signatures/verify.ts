import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Position, START, type StoredEvent } from '@waymark/core/kernel';
import { hashed, type Hashed } from './chain';
import { diagnosis, reorderedOr } from './diagnosis';
import { leafAt, leafOf, rootOf, type Seal, type SealKeys, sealsOf, sizeOf, UNSEALED } from './seal';
import { type StoredLog, storedPages } from './stored-pages';
import { StreamsCheck } from './streams-check';
import { Tampered, type Tampering } from './tampering';

/** How far a verification is. */
export interface VerifyProgress {
  readonly events: number;
  readonly position: Position;
  readonly head: Position;
}

export interface VerifyOptions {
  /** The lines of the seals, from the first, each time they are asked for. Without them only chains are verified. */
  readonly seals?: () => AsyncIterable<string>;
  readonly keys?: SealKeys;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** What a verification came to. */
export interface VerifyReport {
  /** Events that are as they were recorded, up to the first thing that is wrong. */
  readonly events: number;
  readonly seals: number;
  /** How many of the events seals vouch for. */
  readonly sealed: number;
  /** Those behind the last seal: how many, and where the first is. */
  readonly unsealed: { readonly events: number; readonly from?: Position };
  /** Those from before there were chains: only a seal can vouch for them. */
  readonly unchained: number;
  readonly fault?: Tampering;
}

/**
 * Hold a log, as it is stored, against its seals and its chains: the seals themselves first, and then every event in the log's
 * order, up to the first thing that is wrong. What is kept in memory is one hash for each stream.
 */
export async function verifyLog(log: StoredLog, options: VerifyOptions = {}): Promise<VerifyReport> {
  const verification = new Verification(log, options);
  try {
    await verification.run();
    return verification.verified();
  } catch (error) {
    if (!(error instanceof Tampered)) throw error;
    return verification.verified(error.tampering);
  } finally {
    await verification.close();
  }
}

class Verification {
  private readonly streams = new StreamsCheck();
  private events = 0;
  private position: Position = START;
  /** Of all seals: how many there are, and how many events they seal. */
  private seals = 0;
  private sealed = 0;
  private unsealedFrom: Position | undefined;
  /** The seal at hand, the hashes of its events so far, and the root before it; then the seals to come. */
  private seal: Seal | undefined;
  private hashes: string[] = [];
  private root = UNSEALED.root;
  private readonly later = this.allSeals();

  constructor(
    private readonly log: StoredLog,
    private readonly options: VerifyOptions,
  ) {}

  async run(): Promise<void> {
    for await (const { number, events } of this.allSeals()) [this.seals, this.sealed] = [number, events];
    // After the seals: what they seal is in the log by now.
    const head = await this.log.head();
    await this.nextSeal();
    for await (const page of storedPages(this.log, START)) {
      await this.take(page);
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
      unchained: this.streams.unchained,
      ...(fault && { fault }),
    };
  }

  /** Let go of the seals, which may be in a file. */
  async close(): Promise<void> {
    await this.later.return();
  }

  private allSeals(): AsyncGenerator<Seal, void, undefined> {
    const { seals = noLines, keys = new Map<string, KeyObject>() } = this.options;
    return sealsOf(seals(), keys);
  }

  private async take(page: readonly StoredEvent[]): Promise<void> {
    for (const event of page) {
      const known = hashed(event);
      const { seal } = this;
      if (seal && leafAt(seal, this.hashes.length) !== leafOf(known.hash))
        throw new Tampered(await this.diagnosed(event, known, seal));
      const fault = this.streams.take(event, known);
      if (fault) throw new Tampered(await reorderedOr(this.log, fault));
      this.events += 1;
      this.position = event.position;
      if (!seal) this.unsealedFrom ??= event.position;
      else if (this.hashes.push(known.hash) === sizeOf(seal)) await this.finish(seal);
    }
  }

  /** All of a seal's events have been seen. */
  private async finish(seal: Seal): Promise<void> {
    this.root = rootOf(this.root, this.hashes);
    if (this.root !== seal.root) {
      const { number, events } = seal;
      const which = `One of the ${String(sizeOf(seal))} events up to the log's ${String(events)}th`;
      const message = `${which} is not as it was sealed: seal ${String(number)} has another root.`;
      throw new Tampered({ kind: 'CHANGED', message, position: this.position, seal: number });
    }
    this.hashes = [];
    await this.nextSeal();
  }

  private async nextSeal(): Promise<void> {
    const { value, done } = await this.later.next();
    // Those that were added meanwhile may seal what was not looked at.
    this.seal = done !== true && value.number <= this.seals ? value : undefined;
  }

  private diagnosed(event: StoredEvent, known: Hashed, seal: Seal): Promise<Tampering> {
    const later = { [Symbol.asyncIterator]: () => this.later };
    return diagnosis(this.log, { event, known, seal, index: this.hashes.length, later });
  }

  private cut({ number }: Seal): Tampering {
    const gone = this.sealed - this.events;
    const ends = this.events === 0 ? 'The log is empty' : `The log ends at position ${String(this.position)}`;
    const message = `${ends}: ${String(gone)} sealed event${gone === 1 ? ' that was' : 's that were'} behind that are gone.`;
    return { kind: 'CUT', message, position: this.position, seal: number };
  }
}

const noLines = (): AsyncIterable<string> => Readable.from([]) as AsyncIterable<string>;

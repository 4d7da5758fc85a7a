import type { KeyObject } from 'node:crypto';
import {
  ControlMoved,
  type ControlStore,
  type EventStore,
  type Position,
  Refusal,
  type SealSink,
  START,
} from '@waymark/core/kernel';
import { hashed } from './chain';
import { leafOf, type Seal, newSeal, sealIn, sizeOf, UNSEALED } from './seal';

/** Maximum number of events in one seal. */
const MAX_EVENTS = 5_000;
/** Time without an update after which another process may replace a sealer, in milliseconds. */
const LEASE = 300_000;
const DOCUMENT = 'seals';

export interface SealerOptions {
  readonly log: Pick<EventStore, 'readStored'>;
  /** Every seal is written to all of these. */
  readonly sinks: readonly SealSink[];
  /** The Ed25519 key that signs the seals. */
  readonly key: () => KeyObject;
  readonly control: ControlStore;
  /** The current time: UTC, milliseconds. */
  readonly now: () => string;
}

/** Result of sealing a log. */
export interface SealReport {
  /** Number of seals written, and of events in them. */
  readonly seals: number;
  readonly events: number;
  /** Total number of sealed events. */
  readonly sealed: number;
}

export interface SealLog {
  /** Start a new series of seals; the existing seals have been moved elsewhere. */
  readonly anew?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Seal all events recorded since the last seal. Undefined if another process is sealing. Refused as
 * `SEALS_LOST`, `SEALS_THERE`, `SEALS_UNREADABLE` or `LOG_NOT_AS_SEALED`.
 */
export async function sealLog(
  options: SealerOptions,
  { anew = false, signal }: SealLog = {},
): Promise<SealReport | undefined> {
  const { log, sinks, key, control, now } = options;
  const lease = await takeLease(control, now);
  if (!lease) return undefined;
  let { last } = lease.state;
  try {
    if (anew) await requireNone(sinks);
    last = anew ? undefined : await lastLine(sinks, last);
    let [before, after]: [Before, Position] = [UNSEALED, START];
    if (last !== undefined) {
      const seal = parsedSeal(last);
      [before, after] = [seal, await endOf(seal, log)];
    }
    const report = { seals: 0, events: 0, sealed: before.events };
    for (let more = true; more && signal?.aborted !== true;) {
      const { events, through } = await log.readStored(after, MAX_EVENTS);
      more = events.length === MAX_EVENTS;
      if (events.length === 0) break;
      const hashes = events.map((event) => hashed(event).hash);
      const { seal, line } = newSeal(before, { hashes, after, at: now() }, key());
      // Write to readable sinks last: a seal found there is then in all sinks.
      for (const sink of [...sinks.filter((one) => !one.lines), ...sinks.filter((one) => one.lines)])
        await sink.write(seal.number, line);
      [before, after, last] = [seal, through, line];
      report.seals += 1;
      report.events += events.length;
      report.sealed = seal.events;
      await lease.renew(last);
    }
    return report;
  } finally {
    await lease.release(last);
  }
}

type Before = typeof UNSEALED;

/** The sealer's document in the control store. */
interface SealerState {
  /** The line of the last seal; used only if no sink can be read. */
  readonly last?: string;
  /** End of the current sealer's lease: UTC, milliseconds. */
  readonly busy?: string;
}

interface Lease {
  readonly state: SealerState;
  /** Save the last seal and renew the lease. Throws {@link ControlMoved} if another process took over. */
  readonly renew: (last: string | undefined) => Promise<void>;
  readonly release: (last: string | undefined) => Promise<void>;
}

/** Take the lease on the document. Undefined if another process holds it. */
async function takeLease(control: ControlStore, now: () => string): Promise<Lease | undefined> {
  const found = await control.get(DOCUMENT);
  const saved = (found?.doc ?? {}) as SealerState;
  if (saved.busy !== undefined && saved.busy > now()) return undefined;
  let revision = found?.revision ?? ('none' as const);
  const write = async (last: string | undefined, busy?: string): Promise<void> => {
    revision = await control.put(DOCUMENT, revision, {
      ...(last !== undefined && { last }),
      ...(busy !== undefined && { busy }),
    });
  };
  const expiry = (): string => new Date(Date.parse(now()) + LEASE).toISOString();
  const unlessMoved = async (writing: Promise<void>): Promise<boolean> => {
    try {
      await writing;
      return true;
    } catch (error) {
      if (error instanceof ControlMoved) return false;
      throw error;
    }
  };
  if (!(await unlessMoved(write(saved.last, expiry())))) return undefined;
  return {
    state: saved,
    renew: (last) => write(last, expiry()),
    release: async (last) => {
      await unlessMoved(write(last));
    },
  };
}

/** The last seal in the first readable sink, or the saved one if no sink is readable. */
async function lastLine(sinks: readonly SealSink[], saved: string | undefined): Promise<string | undefined> {
  const lines = sinks.find((sink) => sink.lines)?.lines;
  if (!lines) return saved;
  let last: string | undefined;
  for await (const line of lines()) last = line;
  if (saved !== undefined && (last === undefined || parsedSeal(last).number < parsedSeal(saved).number)) {
    throw new Refusal(
      'SEALS_LOST',
      'Seals that were written are missing from their store. Restore them, or move the remaining seals elsewhere and start a new series.',
    );
  }
  return last;
}

/** Refuse to start a new series while a sink still holds seals. */
async function requireNone(sinks: readonly SealSink[]): Promise<void> {
  for (const { lines } of sinks) {
    if (!lines) continue;
    for await (const _line of lines())
      throw new Refusal(
        'SEALS_THERE',
        'The store already holds seals. Move them elsewhere before starting a new series.',
      );
  }
}

function parsedSeal(line: string): Seal {
  const seal = sealIn(line);
  if (seal) return seal;
  throw new Refusal('SEALS_UNREADABLE', 'The last line in the seal store is not a seal.');
}

/** The position in the log of the last event of a seal. */
async function endOf(seal: Seal, log: SealerOptions['log']): Promise<Position> {
  const size = sizeOf(seal);
  const from = async (after: Position): Promise<Position | undefined> => {
    const { events } = await log.readStored(after, size);
    const same = events.map((event) => leafOf(hashed(event).hash)).join('') === seal.leaves;
    return same ? events.at(-1)?.position : undefined;
  };
  const end = (await from(seal.after)) ?? (await from(await afterFirst(seal.events - size, log)));
  if (end !== undefined) return end;
  throw new Refusal('LOG_NOT_AS_SEALED', 'The log does not match the last seal. Verify the log.');
}

/** The position after the first `events` events. A copied log has other positions than its original. */
async function afterFirst(events: number, log: SealerOptions['log']): Promise<Position> {
  let after: Position = START;
  for (let left = events; left > 0;) {
    const page = await log.readStored(after, Math.min(left, MAX_EVENTS));
    if (page.events.length === 0) break;
    left -= page.events.length;
    after = page.through;
  }
  return after;
}

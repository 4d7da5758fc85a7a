import type { KeyObject } from 'node:crypto';
import {
  ControlMoved,
  type ControlStore,
  type LogStore,
  type Position,
  Refusal,
  type SealSink,
  START,
} from '@waymark/core/kernel';
import { hashed } from './chain';
import { leafOf, type Seal, newSeal, sealIn, sizeOf, UNSEALED } from './seal';
import {
  FIRST_SERIES,
  knownSeals,
  numberOf,
  readSealRecord,
  saveSealRecord,
  SEAL_RECORD_UNREADABLE,
  type SealerState,
  type SealRecord,
  SEALS_DOCUMENT,
} from './seal-record';

/** Maximum number of events in one seal. */
const MAX_EVENTS = 5_000;
/** Time without an update after which another process may replace a sealer, in milliseconds. */
const LEASE = 300_000;

export interface SealerOptions {
  readonly log: Pick<LogStore, 'readStored' | 'sealRecord' | 'saveSealRecord'>;
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
  /** Start a new series of seals, and record this with the log; the existing seals have been moved elsewhere. */
  readonly anew?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Seal all events recorded since the last seal. Undefined if another process is sealing. Refused as
 * `SEALS_LOST`, `SEALS_THERE`, `SEALS_UNREADABLE`, `SEAL_RECORD_UNREADABLE`, `SEAL_EXISTS` or
 * `LOG_NOT_AS_SEALED`.
 */
export async function sealLog(
  options: SealerOptions,
  { anew = false, signal }: SealLog = {},
): Promise<SealReport | undefined> {
  const { log, sinks, key, control, now } = options;
  const lease = await takeLease(control, now);
  if (!lease) return undefined;
  try {
    let record = anew ? await startSeries(options) : await readSealRecord(log);
    if (anew) await lease.save({});
    const pending = anew ? undefined : lease.state.pending;
    const known = anew ? [] : await knownSeals(log, control);
    let last = await lastLine(sinks, known);
    const store = async (line: string): Promise<void> => {
      await lease.save({ ...(last !== undefined && { last }), pending: line });
      // Write to readable sinks last: a seal found there is then in all sinks.
      for (const sink of [...sinks.filter((one) => !one.lines), ...sinks.filter((one) => one.lines)])
        await sink.write(numberOf(line), line);
      last = line;
    };
    // An earlier run may have stored this seal in some places. Another seal of its number is never made.
    if (pending !== undefined && (pending === last || follows(pending, last))) await store(pending);
    const found = last === undefined ? undefined : sealIn(last);
    let before: Before = found ?? UNSEALED;
    let after = found ? await endOf(found, log) : START;
    const remember = async (): Promise<void> => {
      if (last === undefined) return;
      record = { ...record, last, through: after };
      await saveSealRecord(log, record);
      await lease.save({ last });
    };
    if (record.last !== last) await remember();
    const report = { seals: 0, events: 0, sealed: before.events };
    for (let more = true; more && signal?.aborted !== true;) {
      const { events } = await log.readStored(after, MAX_EVENTS);
      more = events.length === MAX_EVENTS;
      if (events.length === 0) break;
      const hashes = events.map((event) => hashed(event).hash);
      const { seal, line } = newSeal(before, { hashes, after, at: now() }, key());
      await store(line);
      [before, after] = [seal, events.at(-1)!.position];
      await remember();
      report.seals += 1;
      report.events += events.length;
      report.sealed = seal.events;
    }
    return report;
  } finally {
    await lease.release();
  }
}

type Before = typeof UNSEALED;

interface Lease {
  readonly state: SealerState;
  /** Save the state and renew the lease. Throws {@link ControlMoved} if another process took over. */
  readonly save: (state: Pick<SealerState, 'last' | 'pending'>) => Promise<void>;
  /** End the lease; the state that was saved last stays. */
  readonly release: () => Promise<void>;
}

/** Take the lease on the document. Undefined if another process holds it. */
async function takeLease(control: ControlStore, now: () => string): Promise<Lease | undefined> {
  const found = await control.get(SEALS_DOCUMENT);
  const { busy, ...saved } = (found?.doc ?? {}) as SealerState;
  if (busy !== undefined && busy > now()) return undefined;
  let revision = found?.revision ?? ('none' as const);
  let state: SealerState = saved;
  const write = async (doc: SealerState): Promise<void> => {
    revision = await control.put(SEALS_DOCUMENT, revision, { ...doc });
  };
  const save: Lease['save'] = (next) => {
    state = next;
    return write({ ...next, busy: new Date(Date.parse(now()) + LEASE).toISOString() });
  };
  const unlessMoved = async (writing: Promise<void>): Promise<boolean> => {
    try {
      await writing;
      return true;
    } catch (error) {
      if (error instanceof ControlMoved) return false;
      throw error;
    }
  };
  if (!(await unlessMoved(save(saved)))) return undefined;
  return {
    state: saved,
    save,
    release: async () => {
      await unlessMoved(write(state));
    },
  };
}

/** Whether a seal is the one after another, or the first. */
function follows(line: string, last: string | undefined): boolean {
  const before = last === undefined ? UNSEALED : sealIn(last);
  return before !== undefined && sealIn(line)?.previous === before.hash;
}

/** End the series of seals, and record that another one begins. */
async function startSeries({ log, sinks, now }: SealerOptions): Promise<SealRecord> {
  await requireNone(sinks);
  const { series, last, former } = await readSealRecord(log).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === SEAL_RECORD_UNREADABLE) return FIRST_SERIES;
    throw error;
  });
  const ended = { ...(last !== undefined && { last }), endedAt: now() };
  const record = { series: series + 1, former: [...former, ended] };
  await saveSealRecord(log, record);
  return record;
}

/** The last seal in the first readable sink, or the last known one if no sink is readable. */
async function lastLine(sinks: readonly SealSink[], known: readonly string[]): Promise<string | undefined> {
  const lines = sinks.find((sink) => sink.lines)?.lines;
  if (!lines) return [...known].sort((one, other) => numberOf(one) - numberOf(other)).at(-1);
  const missing = new Set(known);
  let last: string | undefined;
  for await (const line of lines()) {
    last = line;
    missing.delete(line);
  }
  if (missing.size > 0) {
    throw new Refusal(
      'SEALS_LOST',
      'Seals that were written are missing from their store, or others are in their place. Put them back from another place. If they are lost, move the remaining seals elsewhere and start a new series with `waymark seal --anew`.',
    );
  }
  if (last !== undefined) numberOf(last);
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

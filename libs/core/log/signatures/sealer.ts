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
import { leafOf, type Seal, sealed, sealIn, sizeOf, UNSEALED } from './seal';

/** Events in one seal at most. */
const EVENTS = 5_000;
/** How long a sealer is left alone that says nothing, in milliseconds: another then does its work. */
const SILENCE = 300_000;
const DOCUMENT = 'seals';

export interface SealerOptions {
  readonly log: Pick<EventStore, 'readStored'>;
  /** Where seals go: to each of these. */
  readonly sinks: readonly SealSink[];
  /** The Ed25519 key that they are signed with. */
  readonly key: () => KeyObject;
  readonly control: ControlStore;
  /** The present moment: UTC, milliseconds. */
  readonly now: () => string;
}

/** What became of a log that was to be sealed. */
export interface SealReport {
  /** Seals that were made, and events in them. */
  readonly seals: number;
  readonly events: number;
  /** Events that are sealed by now. */
  readonly sealed: number;
}

export interface SealLog {
  /** Begin another series of seals, where those that were made before are kept elsewhere. */
  readonly anew?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Seal all that was recorded since the last seal; undefined where another process is at that. Refused as `SEALS_LOST`,
 * `SEALS_UNREADABLE` and `LOG_NOT_AS_SEALED`.
 */
export async function sealLog(
  options: SealerOptions,
  { anew = false, signal }: SealLog = {},
): Promise<SealReport | undefined> {
  const { log, sinks, key, control, now } = options;
  const held = await holdNotes(control, now);
  if (!held) return undefined;
  let { last } = held.notes;
  try {
    if (anew) await requireNone(sinks);
    last = anew ? undefined : await lastLine(sinks, last);
    let [before, after]: [Before, Position] = [UNSEALED, START];
    if (last !== undefined) {
      const seal = readable(last);
      [before, after] = [seal, await endOf(seal, log)];
    }
    const sealing = { seals: 0, events: 0, sealed: before.events };
    for (let more = true; more && signal?.aborted !== true;) {
      const { events, through } = await log.readStored(after, EVENTS);
      more = events.length === EVENTS;
      if (events.length === 0) break;
      const hashes = events.map((event) => hashed(event).hash);
      const { seal, line } = sealed(before, { hashes, after, at: now() }, key());
      // Those that can be read come last: what they hold is in all of them.
      for (const sink of [...sinks.filter((one) => !one.lines), ...sinks.filter((one) => one.lines)])
        await sink.keep(seal.number, line);
      [before, after, last] = [seal, through, line];
      sealing.seals += 1;
      sealing.events += events.length;
      sealing.sealed = seal.events;
      await held.note(last);
    }
    return sealing;
  } finally {
    await held.release(last);
  }
}

type Before = typeof UNSEALED;

/** What is noted beside the views. */
interface Notes {
  /** The last seal's line. A sink that can be read is believed instead. */
  readonly last?: string;
  /** Until when somebody is at work. */
  readonly busy?: string;
}

interface HeldNotes {
  readonly notes: Notes;
  /** Note the last seal, and go on being at work. Throws {@link ControlMoved} where another has taken over. */
  readonly note: (last: string | undefined) => Promise<void>;
  readonly release: (last: string | undefined) => Promise<void>;
}

/** The notes, for one process at a time. */
async function holdNotes(control: ControlStore, now: () => string): Promise<HeldNotes | undefined> {
  const found = await control.get(DOCUMENT);
  const notes = (found?.doc ?? {}) as Notes;
  if (notes.busy !== undefined && notes.busy > now()) return undefined;
  let revision = found?.revision ?? ('none' as const);
  const write = async (last: string | undefined, busy?: string): Promise<void> => {
    revision = await control.put(DOCUMENT, revision, {
      ...(last !== undefined && { last }),
      ...(busy !== undefined && { busy }),
    });
  };
  const until = (): string => new Date(Date.parse(now()) + SILENCE).toISOString();
  const unlessMoved = async (writing: Promise<void>): Promise<boolean> => {
    try {
      await writing;
      return true;
    } catch (error) {
      if (error instanceof ControlMoved) return false;
      throw error;
    }
  };
  if (!(await unlessMoved(write(notes.last, until())))) return undefined;
  return {
    notes,
    note: (last) => write(last, until()),
    release: async (last) => {
      await unlessMoved(write(last));
    },
  };
}

/** The last seal, as the first sink has it that can be read; what was noted, where none can. */
async function lastLine(sinks: readonly SealSink[], noted: string | undefined): Promise<string | undefined> {
  const lines = sinks.find((sink) => sink.lines)?.lines;
  if (!lines) return noted;
  let last: string | undefined;
  for await (const line of lines()) last = line;
  if (noted !== undefined && (last === undefined || readable(last).number < readable(noted).number)) {
    throw new Refusal(
      'SEALS_LOST',
      'Seals that were made are not where seals are kept. Put them back; or keep what there is elsewhere, and begin anew.',
    );
  }
  return last;
}

/** No seal: there must not be any where another series is begun. */
async function requireNone(sinks: readonly SealSink[]): Promise<void> {
  for (const { lines } of sinks) {
    if (!lines) continue;
    for await (const _line of lines())
      throw new Refusal(
        'SEALS_THERE',
        'There are seals already: keep them elsewhere before others are begun.',
      );
  }
}

function readable(line: string): Seal {
  const seal = sealIn(line);
  if (seal) return seal;
  throw new Refusal('SEALS_UNREADABLE', 'The last line where seals are kept is no seal.');
}

/** Where in a log the events end that a seal was the last to seal. */
async function endOf(seal: Seal, log: SealerOptions['log']): Promise<Position> {
  const own = sizeOf(seal);
  const from = async (after: Position): Promise<Position | undefined> => {
    const { events } = await log.readStored(after, own);
    const same = events.map((event) => leafOf(hashed(event).hash)).join('') === seal.leaves;
    return same ? events.at(-1)?.position : undefined;
  };
  const end = (await from(seal.after)) ?? (await from(await afterFirst(seal.events - own, log)));
  if (end !== undefined) return end;
  throw new Refusal('LOG_NOT_AS_SEALED', 'The log is not what the last seal says: verify it.');
}

/** The place behind so many events: a log that was copied has other positions than its original. */
async function afterFirst(events: number, log: SealerOptions['log']): Promise<Position> {
  let after: Position = START;
  for (let left = events; left > 0;) {
    const page = await log.readStored(after, Math.min(left, EVENTS));
    if (page.events.length === 0) break;
    left -= page.events.length;
    after = page.through;
  }
  return after;
}

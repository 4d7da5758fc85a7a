import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AppendTooLarge,
  type EventStore,
  type LogPage,
  type NewEvent,
  type Position,
  type RecordedEvent,
  Refusal,
  START,
  WrongExpectedRevision,
} from '@waymark/core/kernel';

/** Page size in events. Two pages are in memory at a time: one being written, and the next being read. */
const PAGE = 1_000;
/** Maximum number of events in one append. */
const RUN = 100;

/** Progress of a copy. */
export interface CopyProgress {
  /**
   * First the events that the target already holds are compared, then events are copied, then the copied events
   * are compared.
   */
  readonly doing: 'comparing' | 'copying' | 'verifying';
  /** Number of events that this call has processed in the current phase. */
  readonly events: number;
  /** Current position in the source, and the position at which the source ends. */
  readonly position: Position;
  readonly head: Position;
}

/** Converts events if the copy is not to be identical to its source. */
export interface CopyForm {
  /** Convert events of the source to the form that the target stores. */
  write(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]>;
  /** Normalise events of either log: an event and its copy must result in the same text. */
  read(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]>;
}

const identicalCopy: CopyForm = {
  write: (events) => Promise.resolve(events),
  read: (events) => Promise.resolve(events),
};

export interface CopyOptions {
  /**
   * The target writes appends in the order they are issued, even before earlier ones are acknowledged, and
   * accepts any append that the source accepted. Otherwise each append waits for the previous one.
   */
  readonly keepsOrder?: boolean;
  /** The copy is identical to the source if left out. */
  readonly form?: CopyForm;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** Result of a copy. */
export interface Copied {
  /** Number of events in both logs. */
  readonly events: number;
  /** Number of events that this call copied. */
  readonly copied: number;
}

/** The point up to which two logs are equal. */
interface EqualUpTo {
  readonly events: number;
  readonly source: Position;
  readonly target: Position;
}

/**
 * Copy a log into another store, in order. Ids, types, data, metadata and revisions are kept; positions are
 * assigned by the target. An interrupted copy continues after the last event of the target. Every event is
 * compared with its original as text: those already in the target, and those copied.
 * Refused as `TARGET_HOLDS_OTHERS` (before anything is written), `TARGET_CHANGES` or `COPY_DIFFERS`.
 */
export async function copyLog(
  from: EventStore,
  to: EventStore,
  { keepsOrder = false, form = identicalCopy, onProgress = () => undefined }: CopyOptions = {},
): Promise<Copied> {
  const head = await from.head();
  const logs = { from, to, form };
  const existing = await compareLogs(
    logs,
    { events: 0, source: START, target: START },
    'TARGET_HOLDS_OTHERS',
    (at) => onProgress({ doing: 'comparing', events: at.events, position: at.source, head }),
  );
  let copied = 0;
  let position = existing.source;
  for await (const { events } of pagesOf(from, existing.source)) {
    await write(to, await form.write(events), keepsOrder);
    copied += events.length;
    position = events.at(-1)?.position ?? position;
    onProgress({ doing: 'copying', events: copied, position, head: Math.max(head, position) });
  }
  const end = await compareLogs(logs, existing, 'COPY_DIFFERS', (at) =>
    onProgress({
      doing: 'verifying',
      events: at.events - existing.events,
      position: at.source,
      head: position,
    }),
  );
  if (end.source !== position) {
    const [missing] = (await from.readAll(end.source, 1)).events;
    throw differs('COPY_DIFFERS', missing!, 'source');
  }
  return { events: end.events, copied };
}

/** The pages of a log; the next page is read while the current one is processed. */
async function* pagesOf(log: EventStore, after: Position): AsyncGenerator<LogPage, void, undefined> {
  let next = log.readAll(after, PAGE);
  for (let more = true; more;) {
    const page = await next;
    more = page.events.length === PAGE;
    if (more) {
      next = log.readAll(page.through, PAGE);
      // The error is thrown by the await above. This handler avoids an unhandled rejection if the copy fails
      // before that.
      next.catch(() => undefined);
    }
    yield page;
    await nextTurn(); // otherwise stores that answer immediately would block the event loop
  }
}

async function write(to: EventStore, events: readonly RecordedEvent[], keepsOrder: boolean): Promise<void> {
  const runs = runsOf(events);
  if (!keepsOrder) {
    for (const run of runs) await appendInParts(to, run);
    return;
  }
  // Wait for all appends even if one fails.
  for (const outcome of await Promise.allSettled(runs.map((run) => append(to, run)))) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Write a run event by event if it is too large for one append. */
async function appendInParts(to: EventStore, run: readonly RecordedEvent[]): Promise<void> {
  try {
    await append(to, run);
  } catch (error) {
    if (!(error instanceof AppendTooLarge) || run.length === 1) throw error;
    for (const event of run) await append(to, [event]);
  }
}

async function append(to: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  const [{ stream, revision }] = events as readonly [RecordedEvent];
  try {
    await to.append(stream, revision === 0 ? 'none' : revision - 1, events.map(asNew));
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error;
    throw new Refusal(
      'TARGET_CHANGES',
      'A stream of the target has changed during the copy. Make sure that nothing else writes to the target, and copy again.',
    );
  }
}

const asNew = ({ id, type, data, metadata }: RecordedEvent): NewEvent => ({ id, type, data, metadata });

/** Consecutive events of the same stream, which can be written in one append. */
function runsOf(events: readonly RecordedEvent[]): RecordedEvent[][] {
  const runs: RecordedEvent[][] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.[0]?.stream === event.stream && last.length < RUN) last.push(event);
    else runs.push([event]);
  }
  return runs;
}

type Difference = 'TARGET_HOLDS_OTHERS' | 'COPY_DIFFERS';

/**
 * Compare the target with the source, from the point up to which they are known to be equal to the end of the
 * target.
 */
async function compareLogs(
  { from, to, form }: { readonly from: EventStore; readonly to: EventStore; readonly form: CopyForm },
  known: EqualUpTo,
  difference: Difference,
  report: (at: EqualUpTo) => void,
): Promise<EqualUpTo> {
  let at = known;
  for (;;) {
    const targetEvents = await form.read((await to.readAll(at.target, PAGE)).events);
    if (targetEvents.length === 0) return at;
    const sourceEvents = await form.read((await from.readAll(at.source, targetEvents.length)).events);
    const differing = targetEvents.findIndex(
      (event, index) => !sourceEvents[index] || asText(event) !== asText(sourceEvents[index]),
    );
    if (differing !== -1) {
      const [original, copy] = [sourceEvents[differing], targetEvents[differing]!];
      throw original ? differs(difference, original, 'source') : differs(difference, copy, 'target');
    }
    at = {
      events: at.events + targetEvents.length,
      source: sourceEvents.at(-1)!.position,
      target: targetEvents.at(-1)!.position,
    };
    report(at);
    await nextTurn();
  }
}

/** The text of an event without its position. It includes the order of fields, because hashes may cover it. */
const asText = ({ id, type, stream, revision, data, metadata }: RecordedEvent): string =>
  JSON.stringify([id, type, stream, revision, data, metadata]);

const messages: Readonly<Record<Difference, string>> = {
  TARGET_HOLDS_OTHERS: 'The target contains events that are not in the source. Copy into an empty target.',
  COPY_DIFFERS: 'The copy differs from the source. Copy again into an empty target.',
};

/** Reports where the difference is, without the content of the events. */
function differs(code: Difference, { stream, position }: RecordedEvent, of: 'source' | 'target'): Refusal {
  const category = stream.slice(0, stream.indexOf('-'));
  const where = `The first difference is at position ${String(position)} of the ${of}, in a stream of ${category}.`;
  return new Refusal(code, `${messages[code]} ${where}`);
}

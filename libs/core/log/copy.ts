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

/** Events in memory at once are two pages: one that is written, and one that is read meanwhile. */
const PAGE = 1_000;
/** Events in one append. */
const RUN = 100;

/** How far a copy is. */
export interface CopyProgress {
  /** What the target holds already is compared first, and what was copied last. */
  readonly doing: 'comparing' | 'copying' | 'verifying';
  /** Events of which this was done by this call. */
  readonly events: number;
  /** Where in the source it is, and where that ends. */
  readonly position: Position;
  readonly head: Position;
}

/** How a copy is written where it is not to be like its source to the letter. */
export interface CopyForm {
  /** Events of the source as the target is to hold them. */
  write(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]>;
  /** Events of either log, all that may differ taken off: what is left of an event and of its copy is the same text. */
  read(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]>;
}

const toTheLetter: CopyForm = {
  write: (events) => Promise.resolve(events),
  read: (events) => Promise.resolve(events),
};

export interface CopyOptions {
  /**
   * The target writes appends in the order in which they are given, though it has not answered those before, and takes any that
   * the source took. Otherwise one waits for the other.
   */
  readonly keepsOrder?: boolean;
  /** To the letter, if left out. */
  readonly form?: CopyForm;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** What a copy came to. */
export interface Copied {
  /** Events that both logs hold. */
  readonly events: number;
  /** How many of them this call copied. */
  readonly copied: number;
}

/** Up to where two logs are the same. */
interface Common {
  readonly events: number;
  readonly source: Position;
  readonly target: Position;
}

/**
 * Copy a log into another store, in its order: ids, types, data, metadata and revisions stay, positions are the target's. A copy
 * that was cut off goes on after the last event that the target holds. Every event is compared with its original, as it was
 * written: those that were there before, and those that were copied.
 *
 * Refused as `TARGET_HOLDS_OTHERS` before anything is written, `TARGET_CHANGES`, and `COPY_DIFFERS`.
 */
export async function copyLog(
  from: EventStore,
  to: EventStore,
  { keepsOrder = false, form = toTheLetter, onProgress = () => undefined }: CopyOptions = {},
): Promise<Copied> {
  const head = await from.head();
  const logs = { from, to, form };
  const there = await common(logs, { events: 0, source: START, target: START }, 'TARGET_HOLDS_OTHERS', (at) =>
    onProgress({ doing: 'comparing', events: at.events, position: at.source, head }),
  );
  let copied = 0;
  let position = there.source;
  for await (const { events } of pagesOf(from, there.source)) {
    await write(to, await form.write(events), keepsOrder);
    copied += events.length;
    position = events.at(-1)?.position ?? position;
    onProgress({ doing: 'copying', events: copied, position, head: Math.max(head, position) });
  }
  const end = await common(logs, there, 'COPY_DIFFERS', (at) =>
    onProgress({
      doing: 'verifying',
      events: at.events - there.events,
      position: at.source,
      head: position,
    }),
  );
  if (end.source !== position) {
    const [lacking] = (await from.readAll(end.source, 1)).events;
    throw differs('COPY_DIFFERS', lacking!, 'source');
  }
  return { events: end.events, copied };
}

/** The pages of a log, the next one read while one is at hand. */
async function* pagesOf(log: EventStore, after: Position): AsyncGenerator<LogPage, void, undefined> {
  let next = log.readAll(after, PAGE);
  for (let more = true; more;) {
    const page = await next;
    more = page.events.length === PAGE;
    if (more) {
      next = log.readAll(page.through, PAGE);
      // Whoever waits for it is told; nobody does where the copy fails before.
      next.catch(() => undefined);
    }
    yield page;
    await nextTurn(); // stores that answer at once would otherwise keep everything else waiting
  }
}

async function write(to: EventStore, events: readonly RecordedEvent[], keepsOrder: boolean): Promise<void> {
  const runs = runsOf(events);
  if (!keepsOrder) {
    for (const run of runs) await appendInParts(to, run);
    return;
  }
  // None is left to itself where another fails.
  for (const outcome of await Promise.allSettled(runs.map((run) => append(to, run)))) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Write a run one by one where it is too much for one append. */
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
      'A stream of the target is not where the copy left it. Nothing else may write to the target meanwhile.',
    );
  }
}

const asNew = ({ id, type, data, metadata }: RecordedEvent): NewEvent => ({ id, type, data, metadata });

/** Neighbouring events of one stream, which can be written together. */
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

/** Hold a target against its source, from where they are known to be the same up to where the target ends. */
async function common(
  { from, to, form }: { readonly from: EventStore; readonly to: EventStore; readonly form: CopyForm },
  known: Common,
  difference: Difference,
  tell: (at: Common) => void,
): Promise<Common> {
  let at = known;
  for (;;) {
    const theirs = await form.read((await to.readAll(at.target, PAGE)).events);
    if (theirs.length === 0) return at;
    const ours = await form.read((await from.readAll(at.source, theirs.length)).events);
    const unlike = theirs.findIndex((event, index) => !ours[index] || asText(event) !== asText(ours[index]));
    if (unlike !== -1) {
      const [original, copy] = [ours[unlike], theirs[unlike]!];
      throw original ? differs(difference, original, 'source') : differs(difference, copy, 'target');
    }
    at = {
      events: at.events + theirs.length,
      source: ours.at(-1)!.position,
      target: theirs.at(-1)!.position,
    };
    tell(at);
    await nextTurn();
  }
}

/** All of an event but its position, as it is written: the order of fields too, which hashes may be over. */
const asText = ({ id, type, stream, revision, data, metadata }: RecordedEvent): string =>
  JSON.stringify([id, type, stream, revision, data, metadata]);

const said: Readonly<Record<Difference, string>> = {
  TARGET_HOLDS_OTHERS: 'The target holds events that are not those of the source. Copy into an empty one.',
  COPY_DIFFERS: 'The copy is not like the source. Copy again, into an empty target.',
};

/** Where, and nothing of what is there. */
function differs(code: Difference, { stream, position }: RecordedEvent, of: 'source' | 'target'): Refusal {
  const category = stream.slice(0, stream.indexOf('-'));
  const where = `The first difference is at position ${String(position)} of the ${of}, in a stream of ${category}.`;
  return new Refusal(code, `${said[code]} ${where}`);
}

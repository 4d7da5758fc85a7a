import { START, type EventStore, type NewEvent, type Position, type RecordedEvent } from '@waymark/kernel';

const PAGE = 1_000;

/** How far a copy is: events copied by this call, and where in the source it is. */
export interface CopyProgress {
  readonly events: number;
  readonly position: Position;
  readonly head: Position;
}

/**
 * Copy a log into another store, in its order: ids, types, data, metadata and revisions stay, positions are the target's. A copy
 * that was cut off goes on after the last event that the target holds. Returns how many events it copied.
 */
export async function copyLog(
  from: EventStore,
  to: EventStore,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<number> {
  let after = await copiedUpTo(from, to);
  let events = 0;
  for (;;) {
    const page = await from.readAll(after, PAGE);
    // Sent at once and in order, which stores keep: an append waits for nothing but those before it.
    for (const run of runsOf(page.events)) await append(to, run);
    events += page.events.length;
    after = page.through;
    onProgress({ events, position: after, head: await from.head() });
    if (page.events.length < PAGE) return events;
  }
}

async function append(to: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  const [{ stream, revision }] = events as readonly [RecordedEvent];
  await to.append(stream, revision === 0 ? 'none' : revision - 1, events.map(asNew));
}

const asNew = ({ id, type, data, metadata }: RecordedEvent): NewEvent => ({ id, type, data, metadata });

/** Neighbouring events of one stream, which can be written together. */
function runsOf(events: readonly RecordedEvent[]): RecordedEvent[][] {
  const runs: RecordedEvent[][] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.[0]?.stream === event.stream) last.push(event);
    else runs.push([event]);
  }
  return runs;
}

/** Where in the source the last event stands that the target has. */
async function copiedUpTo(from: EventStore, to: EventStore): Promise<Position> {
  const head = await to.head();
  if (head === START) return START;
  const { events } = await to.readAll(head - 1, 1);
  const last = events.at(-1);
  if (!last) return START;
  const [same] = await from.readStream(last.stream, { from: last.revision, limit: 1 });
  if (same?.id !== last.id) throw new Error('the target holds events that the source does not');
  return same.position;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogStore, Position, StoredEvent } from '@waymark/core/kernel';

/** A log in its stored form. */
export type StoredLog = Pick<LogStore, 'readStored' | 'head' | 'hiddenParts'>;

const PAGE = 2_000;

/** The pages of a log after a position. */
export async function* storedPages(
  log: Pick<StoredLog, 'readStored'>,
  after: Position,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  for (let position = after, more = true; more;) {
    const { events, through } = await log.readStored(position, PAGE);
    if (events.length > 0) yield events;
    [position, more] = [through, events.length === PAGE];
    await nextTurn(); // otherwise stores that answer immediately would block the event loop
  }
}

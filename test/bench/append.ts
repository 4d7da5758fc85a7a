import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/adapters/events-sqlite/sqlite-event-store';
import type { EventMetadata, NewEvent } from '@waymark/kernel';
import { inFolder, rate, sideBySide, type Comparison } from './measure';
import { insertRaw, pupilEvents } from './sample-log';

const CALLERS = 64;
const EVENTS = 40_000;

/** Appends of one event from 64 concurrent callers, against inserting the same rows by hand, 64 a transaction. */
export function appends(): Promise<Comparison> {
  const stored = [...pupilEvents(1_000, 40)].slice(0, EVENTS);
  // What a caller holds: objects. What is inserted by hand is text already.
  const events = stored.map(([stream, revision, id, type, data, metadata]) => ({
    stream,
    revision,
    event: {
      id,
      type,
      data: JSON.parse(data) as object,
      metadata: JSON.parse(metadata) as EventMetadata,
    } satisfies NewEvent,
  }));
  return sideBySide(
    {
      name: 'appends of one event, 64 callers ÷ raw inserts, 64 a transaction',
      unit: 'events/s',
      target: 0.5,
    },
    {
      baseline: () =>
        inFolder((folder) => rate(EVENTS, () => insertRaw(join(folder, 'events.sqlite'), stored, CALLERS))),
      ours: () =>
        inFolder(async (folder) => {
          const store = new SqliteEventStore(join(folder, 'events.sqlite'));
          let next = 0;
          const caller = async (): Promise<void> => {
            for (let at = next++; at < events.length; at = next++) {
              const { stream, event } = events[at]!;
              await store.append(stream, 'any', [event]);
            }
          };
          const speed = await rate(EVENTS, () => Promise.all(Array.from({ length: CALLERS }, caller)));
          await store.close();
          return speed;
        }),
    },
  );
}

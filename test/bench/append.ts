import { join } from 'node:path';
import type { EventMetadata, NewEvent } from '@waymark/core/kernel';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { appendWithEmmett, EMMETT, forEmmett } from './emmett';
import {
  allSideBySide,
  type Comparison,
  type Figure,
  inFolder,
  limited,
  rate,
  sideBySide,
  type SideBySide,
} from './measure';
import { insertRaw, pupilEvents, type StoredEvent } from './sample-log';

const CALLERS = 64;
const EVENTS = 40_000;

interface ToAppend {
  readonly stream: string;
  readonly event: NewEvent;
}

/** What a caller holds: objects. What is inserted by hand is text already. */
const toAppend = ([stream, , id, type, data, metadata]: StoredEvent): ToAppend => ({
  stream,
  event: { id, type, data: JSON.parse(data) as object, metadata: JSON.parse(metadata) as EventMetadata },
});

/** Appends of one event a second, from callers that wait for their answer. */
async function appending(file: string, events: readonly ToAppend[]): Promise<number> {
  const store = new SqliteEventStore(file);
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let at = next++; at < events.length; at = next++) {
      const { stream, event } = events[at]!;
      await store.append(stream, 'any', [event]);
    }
  };
  const speed = await rate(events.length, () => Promise.all(Array.from({ length: CALLERS }, caller)));
  await store.close();
  return speed;
}

/** Appends of one event from 64 concurrent callers, against inserting the same rows by hand, 64 a transaction. */
export function appends(): Promise<Comparison> {
  const stored = [...limited(pupilEvents(1_000, 40), EVENTS)];
  const events = stored.map(toAppend);
  return sideBySide(
    {
      name: 'appends of one event, 64 callers ÷ raw inserts, 64 a transaction',
      unit: 'events/s',
      target: 0.5,
    },
    {
      baseline: () =>
        inFolder((folder) => rate(EVENTS, () => insertRaw(join(folder, 'events.sqlite'), stored, CALLERS))),
      ours: () => inFolder((folder) => appending(join(folder, 'events.sqlite'), events)),
    },
  );
}

/** Appends from 64 callers, against as many of Emmett's. */
export function appendsAgainstEmmett(): Promise<Comparison> {
  const stored = [...limited(pupilEvents(1_000, 40), EVENTS)];
  const events = stored.map(toAppend);
  return sideBySide(
    { name: `appends of one event, 64 callers ÷ ${EMMETT}`, unit: 'events/s', target: 30 },
    {
      baseline: () =>
        inFolder((folder) => {
          const lines = join(folder, 'events.jsonl');
          // Fewer, for it takes a second for every few hundred.
          forEmmett(lines, stored.slice(0, EVENTS / 20));
          return Promise.resolve(appendWithEmmett(lines, join(folder, 'emmett.sqlite'), CALLERS));
        }),
      ours: () => inFolder((folder) => appending(join(folder, 'events.sqlite'), events)),
    },
  );
}

/** Appends against raw inserts into the same table, with ever more events stored already. */
export async function appendsAsTheLogGrows(): Promise<(Comparison | Figure)[]> {
  const sizes = [10_000, 100_000, 1_000_000];
  return inFolder(async (folder) => {
    // In turns, so that a moment in which the disk is slow falls on all sizes.
    const results = await allSideBySide(sizes.map((size) => appendsWith(size, folder)));
    const ratios = results.map(({ ratio }) => ratio);
    const spread = (Math.max(...ratios) / Math.min(...ratios) - 1) * 100;
    return [
      ...results,
      {
        name: `appends ÷ raw inserts at ${sizes.map((size) => size.toLocaleString('en-GB')).join(', ')} events stored: the highest ratio is above the lowest by`,
        value: `${spread.toFixed(1)}%`,
        target: '< 10%',
      },
    ];
  });
}

function appendsWith(size: number, folder: string): SideBySide {
  const file = join(folder, `${String(size)}.sqlite`);
  insertRaw(file, limited(pupilEvents(3_600, 260), size), 10_000);
  // Streams of their own for each run, since the log is the same: it grows by a little each time.
  let run = 0;
  const more = (): StoredEvent[] => {
    run += 1;
    return [...limited(pupilEvents(1_000, 40), EVENTS)].map(([stream, revision, id, ...rest]) => [
      `${stream}-${String(run)}`,
      revision,
      id,
      ...rest,
    ]);
  };
  return {
    name: `appends, 64 callers ÷ raw inserts, 64 a transaction, with ${size.toLocaleString('en-GB')} events stored`,
    unit: 'events/s',
    target: 0.5,
    baseline: () => {
      const events = more();
      return rate(events.length, () => insertRaw(file, events, CALLERS));
    },
    ours: () => {
      const events = more().map(toAppend);
      return appending(file, events);
    },
  };
}

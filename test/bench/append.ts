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

/** Events as objects, as a caller has them. The raw inserts use text. */
const toAppend = ([stream, , id, type, data, metadata]: StoredEvent): ToAppend => ({
  stream,
  event: { id, type, data: JSON.parse(data) as object, metadata: JSON.parse(metadata) as EventMetadata },
});

/** Appends of one event, per second, from callers that wait for the answer. */
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

/** Appends of one event from 64 concurrent callers, compared with raw inserts of the same rows, 64 per transaction. */
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

/** Appends from 64 concurrent callers, compared with as many to Emmett. */
export function appendsAgainstEmmett(): Promise<Comparison> {
  const stored = [...limited(pupilEvents(1_000, 40), EVENTS)];
  const events = stored.map(toAppend);
  return sideBySide(
    { name: `appends of one event, 64 callers ÷ ${EMMETT}`, unit: 'events/s', target: 30 },
    {
      baseline: () =>
        inFolder((folder) => {
          const lines = join(folder, 'events.jsonl');
          // Fewer events, because Emmett takes a second for a few hundred.
          forEmmett(lines, stored.slice(0, EVENTS / 20));
          return Promise.resolve(appendWithEmmett(lines, join(folder, 'emmett.sqlite'), CALLERS));
        }),
      ours: () => inFolder((folder) => appending(join(folder, 'events.sqlite'), events)),
    },
  );
}

/** Appends compared with raw inserts into the same table, with an increasing number of stored events. */
export async function appendsAsTheLogGrows(): Promise<(Comparison | Figure)[]> {
  const sizes = [10_000, 100_000, 1_000_000];
  return inFolder(async (folder) => {
    // The sizes take turns, so that a temporarily slow disk affects all of them.
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
  // Each run writes to new streams, because all runs share one log, which grows a little each time.
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

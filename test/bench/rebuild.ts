import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type EventStore, rowSetName, START, type View } from '@waymark/core/kernel';
import { schemasOf, unknownReason } from '@waymark/core/log';
import { Catalog, generationOf, ownerEpoch, Projector, Rebuilder, Skips } from '@waymark/core/projections';
import { recordingModules } from '@waymark/modules';
import { pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { consumeWithEmmett, EMMETT, fillEmmett, forEmmett } from './emmett';
import { type Comparison, type Figure, inFolder, limited, rate, sideBySide } from './measure';
import { insertRaw, pupilEvents } from './sample-log';

const domain = recordingModules.map((module) => module.domain);

const PAGE = 2_000;
const view = pupilOutcomes as unknown as View;
const schemas = schemasOf(domain);

/** Build the KPI view from a log into a separate file, from planned to live. */
export async function rebuildKpis(events: EventStore, file: string): Promise<void> {
  const rows = new SqliteRowStore(file);
  const catalog = new Catalog(rows.control, [view]);
  const now = (): string => '2025-11-03T16:00:00.000Z';
  const folding = {
    unknown: (event: Parameters<typeof unknownReason>[0]) => unknownReason(event, schemas),
    skips: new Skips(events),
  };
  const projector = new Projector({ ...folding, events, rows, now });
  const rebuilder = new Rebuilder({
    ...{ events, rows, catalog, folding, now },
    views: [view],
    // As in a worker, a built generation is kept up to date.
    onChanged: async () => {
      const { building } = await catalog.record(view.name);
      const generation = generationOf(view, building);
      if (!generation) return;
      const epoch = await ownerEpoch(rows.control, rowSetName(generation));
      await projector.assign([{ view: generation, epoch }]);
      await projector.catchUp();
    },
  });
  await rebuilder.plan([view.name]);
  const state = await rebuilder.run([view.name]);
  if (state !== 'live') throw new Error(`the rebuild is ${state}`);
  await rows.close();
}

/** A rebuild of the KPI view, from planned to live, compared with reading and parsing the same events. */
export function rebuilding(): Promise<Comparison> {
  return inFolder(async (folder) => {
    const file = join(folder, 'events.sqlite');
    const count = insertRaw(file, limited(pupilEvents(3_600, 130), 500_000), 10_000);
    const store = new SqliteEventStore(file);
    const readAll = async (): Promise<void> => {
      for (let after = START; ;) {
        const { events, through } = await store.readAll(after, PAGE);
        if (events.length === 0) return;
        after = through;
      }
    };
    const result = await sideBySide(
      {
        name: 'rebuilding the KPI view over 500,000 events, compared and switched ÷ reading and parsing them',
        unit: 'events/s',
        target: 0.5,
      },
      {
        baseline: () => rate(count, readAll),
        ours: () => inFolder((views) => rate(count, () => rebuildKpis(store, join(views, 'views.sqlite')))),
      },
    );
    await store.close();
    return result;
  });
}

/** The same rebuild, compared with Emmett's consumer over the same events. */
export function againstEmmett(): Promise<Comparison> {
  return inFolder(async (folder) => {
    const events = [...limited(pupilEvents(600, 130), 60_000)];
    const [file, lines, theirs] = ['events.sqlite', 'events.jsonl', 'emmett.sqlite'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    insertRaw(file, events, 10_000);
    forEmmett(lines, events);
    fillEmmett(lines, theirs);
    const store = new SqliteEventStore(file);
    const result = await sideBySide(
      {
        name: `rebuilding the KPI view over 60,000 events ÷ ${EMMETT}, a consumer that counts them, 1,000 a batch`,
        unit: 'events/s',
        target: 10,
      },
      {
        baseline: () => Promise.resolve(consumeWithEmmett(theirs, events.length)),
        ours: () =>
          inFolder((views) => rate(events.length, () => rebuildKpis(store, join(views, 'views.sqlite')))),
      },
    );
    await store.close();
    return result;
  });
}

/** Peak memory of a process that rebuilds the KPI view over 1,000,000 events. */
export function rebuildMemory(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'events.sqlite');
    insertRaw(file, limited(pupilEvents(3_600, 260), 1_000_000), 10_000);
    const child = spawn(
      process.execPath,
      [join(__dirname, 'rebuild-child.js'), file, join(folder, 'views.sqlite')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const { peakMiB, seconds } = JSON.parse(printed) as { peakMiB: number; seconds: number };
    return [
      {
        name: `peak memory of rebuilding the KPI view over 1,000,000 events (${seconds.toFixed(0)} s)`,
        value: `${peakMiB.toFixed(0)} MiB`,
        target: '≤ 400 MiB',
      },
    ];
  });
}

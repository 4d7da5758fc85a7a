import { join } from 'node:path';
import { START, type View } from '@waymark/core/kernel';
import { schemasOf, unknownReason } from '@waymark/core/log';
import { Projector, Skips } from '@waymark/core/projections';
import { recordingModules } from '@waymark/modules';
import { pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { type Comparison, inFolder, limited, rate, sideBySide } from './measure';
import { insertRaw, pupilEvents } from './sample-log';

const domain = recordingModules.map((module) => module.domain);

const PAGE = 2_000;

/** Projecting 500,000 events into the KPI view, compared with reading and parsing them. */
export function projecting(): Promise<Comparison> {
  return inFolder(async (folder) => {
    const file = join(folder, 'events.sqlite');
    const events = insertRaw(file, limited(pupilEvents(3_600, 130), 500_000), 10_000);
    const schemas = schemasOf(domain);
    const store = new SqliteEventStore(file);
    const result = await sideBySide(
      {
        name: 'projecting 500,000 events into the KPI view ÷ reading and parsing them',
        unit: 'events/s',
        target: 0.3,
      },
      {
        baseline: () =>
          rate(events, async () => {
            let after = START;
            for (;;) {
              const { events: page, through } = await store.readAll(after, PAGE);
              if (page.length === 0) return;
              after = through;
            }
          }),
        ours: () =>
          inFolder(async (views) => {
            const rows = new SqliteRowStore(join(views, 'views.sqlite'));
            const projector = new Projector({
              events: store,
              rows,
              unknown: (event) => unknownReason(event, schemas),
              skips: new Skips(store),
              now: () => new Date().toISOString(),
              page: PAGE,
            });
            await projector.assign([{ view: pupilOutcomes as unknown as View, epoch: 0 }]);
            const speed = await rate(events, () => projector.catchUp());
            await rows.close();
            return speed;
          }),
      },
    );
    await store.close();
    return result;
  });
}

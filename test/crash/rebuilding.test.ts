import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { idOf } from '../support/made-up';
import { type Position, rowSetName } from '@waymark/core/kernel';
import { type Build, Catalog, ownerEpoch } from '@waymark/core/projections';
import { pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { views } from '@waymark/modules';
import { Platform } from '@waymark/platform';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { type RunningCommand, startWaymark } from '../ops/command-line';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';
import { folded, rowsOf } from '../support/views';
import { randomFrom } from './moments';

/** Folders that are tested at the same time, because continuing a job waits for the lease of the killed process. */
const FOLDERS = 3;
const KILLS_EACH = 2;
/** Two events for each pupil give several windows: a window is written when it has 4,000 rows. */
const PUPILS = 9_000;
const { name: VIEW, version } = pupilOutcomes;

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);

jest.setTimeout(300_000);

/** The progress of the generation that is being built, or of the next one. */
interface Place {
  readonly generation: number;
  readonly building: Build | undefined;
  readonly position: Position;
  readonly epoch: number;
}

/** A data folder in which only the command line rebuilds the KPIs. */
class Folder {
  private readonly rows: SqliteRowStore;
  private readonly catalog: Catalog;

  constructor(readonly data: string) {
    this.rows = new SqliteRowStore(join(data, 'views.sqlite'));
    this.catalog = new Catalog(this.rows.control, views);
    afterwards(() => this.rows.close());
  }

  async place(): Promise<Place> {
    const { building, built } = await this.catalog.record(VIEW);
    const generation = building?.generation ?? built[version]! + 1;
    const set = this.catalog.rowSet(VIEW, { version, generation });
    const epoch = await ownerEpoch(this.rows.control, rowSetName(set));
    return { generation, building, position: await this.rows.checkpoint(set), epoch };
  }

  /** Start or continue the rebuild. Resolves once it has made progress, or has ended. */
  async rebuild(): Promise<RunningCommand> {
    const before = await this.place();
    const running = startWaymark(this.data, 'rebuild', 'start', VIEW, '--json');
    const ended = running.result.then(() => true);
    while (isDeepStrictEqual(await this.place(), before))
      if (await Promise.race([ended, pause(1, false)])) break;
    return running;
  }

  /** Wait until the new generation is live. Returns how long that took, in milliseconds. */
  async live(): Promise<number> {
    const start = performance.now();
    while ((await this.place()).building) await pause(1);
    return performance.now() - start;
  }
}

/** A data folder with the attendance of many pupils in two weeks. */
async function filled(): Promise<string> {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data });
  for (const week of ['2025-09-08', '2025-09-15']) {
    const marks = [{ on: week, am: '/', pm: '\\', at: `${week}T16:00:00.000Z` }];
    for (let first = 0; first < PUPILS; first += 500)
      await Promise.all(
        range(500).map((n) => {
          const subject = idOf('pupil', String(first + n));
          const recorded = newEvent('AttendanceRecorded', { school: '990401', week, marks }, { subject });
          return platform.events.append(`attendance-${subject}`, 'any', [recorded]);
        }),
      );
  }
  await platform.settle();
  await platform.close();
  return data;
}

/** Check that the rows of all views match the log. */
async function expectRowsOfTheLog(data: string): Promise<void> {
  const platform = await Platform.open({ data, work: false });
  afterwards(() => platform.close());
  expect(await rowsOf(platform.rows, views)).toEqual(folded(await readWhole(platform.log), views));
}

describe(`waymark rebuild, killed at random moments, with KILL_SEED=${seed}`, () => {
  it('continues where it was when it is started again, goes live, and its rows match the log', async () => {
    const undisturbed = new Folder(await filled());
    const first = await undisturbed.rebuild();
    const lasts = await undisturbed.live();
    expect((await first.result).code).toBe(0);

    const killed = async (n: number): Promise<void> => {
      const random = randomFrom(seed + n);
      const data = temporaryDirectory();
      cpSync(undisturbed.data, data, { recursive: true });
      const folder = new Folder(data);
      for (let kills = 0; kills < KILLS_EACH;) {
        const before = await folder.place();
        const running = await folder.rebuild();
        // Up to one and a half times its duration alone, because the folders share the machine.
        await pause(1.5 * random() * lasts);
        running.kill();
        // It was killed, or had just finished.
        expect([-1, 0]).toContain((await running.result).code);
        const { building, generation, position } = await folder.place();
        if (!building) continue; // the kill came too late: kill another rebuild
        expect([n, generation]).toEqual([n, before.generation]);
        expect(position).toBeGreaterThanOrEqual(before.position);
        kills += 1;
      }
      const { generation } = await folder.place();
      const { code, out } = await (await folder.rebuild()).result;
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject([{ view: VIEW, generation, state: 'live', rows: PUPILS }]);
      await expectRowsOfTheLog(data);
    };
    await Promise.all(range(FOLDERS).map(killed));
  });
});

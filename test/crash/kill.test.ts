import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everywhere } from '@waymark/core/access';
import type { Answer } from '@waymark/core/commands';
import type { RecordedEvent } from '@waymark/core/kernel';
import { importReport, rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { attendanceBy } from '@waymark/modules/insights/attendance';
import { kpisBy } from '@waymark/modules/insights/kpis';
import { Platform } from '@waymark/platform';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { range, readWhole } from '../support/events';
import { startProcess } from '../support/process';
import { byId, countsByType, differences, fullest, twice, unlikeRebuild } from './aftermath';
import { IMPORT, importOn, type Said } from './import-child';
import { killedOnce, randomFrom, still } from './moments';
import { partOfSample } from './sample-part';
import { answersInAll, CAP, prepare, type Told, work } from './workload';

const KILLS = 20;
/** A failure prints the seed; with the same seed the kills come at the same moments, as far as processes allow. */
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);

jest.setTimeout(420_000);

describe(`kill -9, at moments of KILL_SEED=${String(seed)}`, () => {
  const random = randomFrom(seed);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'waymark-kill-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const logIn = async (data: string): Promise<RecordedEvent[]> => {
    const store = new SqliteEventStore(join(data, 'events.sqlite'));
    const log = await readWhole(store);
    await store.close();
    return log;
  };

  /** Open the platform of a folder in this process, without any state of the killed one, and use it. */
  const using = async <T>(data: string, use: (it: Platform) => Promise<T>): Promise<T> => {
    const platform = await Platform.open({ data, clock: still });
    try {
      return await use(platform);
    } finally {
      await platform.close();
    }
  };

  describe('during an import', () => {
    /** The phases of an import, each with the type of its first event. */
    const phases = {
      referrals: 'ImportStarted',
      registers: 'AttendanceRecorded',
      'follow-up': 'EligibilityAssessed',
      sessions: 'SessionHeld',
    };
    const phaseOf = (log: readonly RecordedEvent[]): string | undefined =>
      Object.entries(phases).findLast(([, begins]) => log.some(({ type }) => type === begins))?.[0];

    const outcome = async ({ rows, events, published }: Platform) => ({
      report: await importReport(rows, IMPORT),
      rows: await rowOutcomes(events, IMPORT),
      attendance: await attendanceBy(rows, { by: 'area', from: '2025-09-03', to: '2026-02-13' }, everywhere),
      kpis: await kpisBy(rows, published, { by: 'area' }, everywhere),
    });

    it('every row has the same outcome as without kills, nothing is duplicated, and views equal a rebuild', async () => {
      const paths = partOfSample(folder);
      const [whole, wanted] = await using(join(folder, 'never killed'), async (platform) => {
        await importOn(platform, paths);
        return [await readWhole(platform.events), await outcome(platform)] as const;
      });
      expect(twice(whole)).toEqual([]);
      const allocated = countsByType(whole)['PlaceTaken'];
      expect(wanted.report!.followUps).toMatchObject({ assessed: 100, eligible: 85, allocated });

      const begins = Object.values(phases).map((first) => whole.findIndex(({ type }) => type === first));
      const killedIn: (string | undefined)[] = [];
      const enough = (): boolean =>
        killedIn.length >= KILLS && Object.keys(phases).every((phase) => killedIn.includes(phase));
      for (let round = 1; !enough(); round += 1) {
        const data = join(folder, `import ${String(round)}`);
        // The same hash key, so that the hashes of commands can be compared too.
        cpSync(join(folder, 'never killed', 'keys'), join(data, 'keys'), { recursive: true });
        const moments = begins.flatMap((from, index) => {
          const length = (begins[index + 1] ?? whole.length) - from;
          return range(3).map((third) => from + ((third + random()) / 3) * length);
        });
        let finished = false;
        for (const moment of moments) {
          const child = startProcess('../crash/import-child.ts', data, ...paths);
          const said = await killedOnce<Said>(
            child,
            (all) => all.at(-1)!.finished || all.at(-1)!.events > Math.max(moment, all[0]!.events),
            // Kill at once, or during the following work.
            random() * (random() < 0.5 ? 10 : 150),
          );
          const log = await logIn(data);
          expect(log.length).toBeGreaterThanOrEqual(said.at(-1)!.events);
          expect(twice(log)).toEqual([]);
          finished = log.some(({ type }) => type === 'ImportFinished');
          if (!finished) killedIn.push(phaseOf(log));
        }

        await using(data, async (platform) => {
          expect(await importOn(platform, paths)).toBe(finished ? undefined : IMPORT);
          const log = await readWhole(platform.events);
          expect(twice(log)).toEqual([]);
          expect(differences(byId(log), byId(whole))).toEqual([]);
          expect(countsByType(log)).toEqual(countsByType(whole));
          expect(await outcome(platform)).toEqual(wanted);
          expect(await unlikeRebuild(platform)).toEqual([]);

          const again = '00000000-0000-4000-8000-000000000002';
          await importOn(platform, paths, again);
          const report = await importReport(platform.rows, again);
          expect(report!.files.map(({ accepted }) => accepted)).toEqual(paths.map(() => 0));
        });
      }
    });
  });

  describe('during 200 concurrent commands', () => {
    const accepted = (told: readonly Told[]): ({ readonly key: string } & Answer)[] =>
      told.filter((answer) => 'stream' in answer);

    it('acknowledged events are kept, retries get the first answer, nothing is duplicated, and views equal a rebuild', async () => {
      const template = join(folder, 'template');
      await using(template, prepare);
      const copied = (name: string): string => {
        cpSync(template, join(folder, name), { recursive: true });
        return join(folder, name);
      };
      const sendAll = async (platform: Platform): Promise<Told[]> => {
        const told: Told[] = [];
        await work(platform, (answer) => told.push(answer));
        await platform.settle();
        return told;
      };

      const counts = await using(copied('never killed but sent'), async (platform) => {
        expect(await sendAll(platform)).toHaveLength(answersInAll());
        return countsByType(await readWhole(platform.events));
      });

      let kills = 0;
      for (let round = 1; kills < KILLS; round += 1) {
        const data = copied(`commands ${String(round)}`);
        const moment = ((kills + random()) / KILLS) * 0.95 * answersInAll();
        const child = startProcess('../crash/commands-child.ts', data);
        const told = await killedOnce<Told>(child, ({ length }) => length > moment, random() * 12);
        if (told.length < answersInAll()) kills += 1;

        const found = new Map((await logIn(data)).map((event) => [event.position, event]));
        for (const { stream, revision, position, events } of accepted(told)) {
          expect(found.get(position)).toMatchObject({ stream, revision, type: events.at(-1) });
        }

        await using(data, async (platform) => {
          const retried = new Map((await sendAll(platform)).map((answer) => [answer.key, answer]));
          for (const answer of accepted(told)) {
            expect(retried.get(answer.key)).toEqual({ ...answer, repeated: true });
          }
          const log = await readWhole(platform.events);
          expect(twice(log)).toEqual([]);
          expect(countsByType(log)).toEqual(counts);
          expect(Math.max(...fullest(log).values())).toBe(CAP);
          expect(await unlikeRebuild(platform, ['imports'])).toEqual([]);
        });
      }
    });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { columns, Importer, sourceFiles } from '@waymark/imports';
import { Platform } from '@waymark/platform';
import { readTable } from '../../libs/imports/table';
import { inFolder, rate, sideBySide, type Comparison, type Figure } from './measure';
import { writeProgramme } from './programme-files';
import { insertRaw, type StoredEvent } from './sample-log';

const ids = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'] as const;

/** Import some of a programme's files. */
async function bring(platform: Platform, id: string, paths: readonly string[]): Promise<void> {
  await new Importer(platform, id, await sourceFiles(paths), { actor: 'bench' }).run();
}

const people = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv'];

/** Importing register rows, against parsing the same file and inserting the same events by hand. */
export function importing(): Promise<Comparison> {
  const [pupils, days] = [600, 110];
  return inFolder(async (folder) => {
    // Without consent, so that no mentors are given: what is measured is rows, and assessing the pupils.
    await writeProgramme(folder, { pupils, days, consent: false });
    const register = join(folder, 'registers', 'all.csv');
    const [file] = await sourceFiles([register]);
    let events: readonly StoredEvent[] = [];
    const ours = (): Promise<number> =>
      inFolder(async (data) => {
        const platform = await Platform.open({ data });
        await bring(
          platform,
          ids[0],
          people.map((name) => join(folder, name)),
        );
        await platform.settle();
        const speed = await rate(pupils * days, () => bring(platform, ids[1], [register]));
        await platform.close();
        events = recordedBy(ids[1], join(data, 'events.sqlite'));
        return speed;
      });
    await ours();
    return sideBySide(
      {
        name: 'importing register rows ÷ parsing them and inserting the same events raw, 64 a transaction',
        unit: 'rows/s',
        target: 0.4,
      },
      {
        baseline: () =>
          inFolder((data) =>
            rate(pupils * days, async () => {
              let rows = 0;
              for await (const { cells } of readTable(file!, columns.registers)) rows += cells ? 1 : 0;
              if (rows !== pupils * days) throw new Error('rows are missing');
              insertRaw(join(data, 'events.sqlite'), events, 64);
            }),
          ),
        ours,
      },
    );
  });
}

/** All events that an import led to, as the log holds them. */
function recordedBy(id: string, file: string): StoredEvent[] {
  const db = new Database(file, { readonly: true });
  const found = db
    .prepare<[string], StoredEvent>(
      `SELECT stream, row_number() OVER (PARTITION BY stream ORDER BY position) AS revision, id, type, data, metadata
       FROM events WHERE metadata ->> '$.correlation' = ? ORDER BY position`,
    )
    .raw()
    .all(id);
  db.close();
  return found;
}

/** Peak memory of a process that imports a whole programme of 400,000 register rows. */
export function importMemory(): Promise<Figure[]> {
  const [pupils, days] = [3_640, 110];
  return inFolder(async (folder) => {
    const files = join(folder, 'files');
    await writeProgramme(files, { pupils, days });
    const child = spawn(process.execPath, [join(__dirname, 'import-child.js'), join(folder, 'data'), files], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const { peakMiB, seconds } = JSON.parse(printed) as { peakMiB: number; seconds: number };
    return [
      {
        name: `peak memory of importing a programme with ${(pupils * days).toLocaleString('en-GB')} register rows (${seconds.toFixed(0)} s)`,
        value: `${peakMiB.toFixed(0)} MiB`,
        target: '≤ 350 MiB',
      },
    ];
  });
}

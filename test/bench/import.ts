import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse';
import { sourceFiles } from '@waymark/core/imports';
import { Importer, type Progress } from '@waymark/modules/imports/importer';
import { Platform } from '@waymark/platform';
import { type Comparison, type Figure, inFolder, rate, sideBySide } from './measure';
import { writeProgramme } from './programme-files';
import { insertRaw, type StoredEvent } from './sample-log';

const ids = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'] as const;

/** Import some files of a programme. The callback is called whenever rows have been recorded. */
async function bring(
  platform: Platform,
  id: string,
  paths: readonly string[],
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<void> {
  await new Importer(platform, id, await sourceFiles(paths), { actor: 'local-operator', onProgress }).run();
}

const people = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv'];

/**
 * Importing register rows, compared with parsing the same file and raw inserts of the same events: first the writing
 * side alone, as if other processes projected; then with this process projecting into every view, and assessing
 * every pupil's eligibility, before the import is done.
 */
export function importing(): Promise<Comparison[]> {
  const [pupils, days] = [600, 110];
  return inFolder(async (folder) => {
    // Without consent, so that no mentors are allocated and only rows are measured.
    await writeProgramme(folder, { pupils, days, consent: false });
    const register = join(folder, 'registers', 'all.csv');
    let events: readonly StoredEvent[] = [];
    const ours = (projecting: boolean) => (): Promise<number> =>
      inFolder(async (data) => {
        const first = await Platform.open({ data });
        await bring(
          first,
          ids[0],
          people.map((name) => join(folder, name)),
        );
        await first.settle();
        await first.close();
        const platform = await Platform.open({ data, work: projecting });
        const start = process.hrtime.bigint();
        let recorded = start;
        let worker: Promise<Platform> | undefined;
        await bring(platform, ids[1], [register], ({ rows }) => {
          recorded = process.hrtime.bigint();
          // The follow-up of the rows needs the views, so they are projected once the rows are imported.
          if (!projecting && rows === pupils * days) worker = Platform.open({ data });
        });
        const end = projecting ? process.hrtime.bigint() : recorded;
        await platform.close();
        await (await worker)?.close();
        events = recordedBy(ids[1], join(data, 'events.sqlite'));
        return (pupils * days) / (Number(end - start) / 1e9);
      });
    const baseline = (): Promise<number> =>
      inFolder((data) =>
        rate(pupils * days, async () => {
          let rows = 0;
          const parser = createReadStream(register).pipe(parse({ columns: false, from: 2 }));
          for await (const cells of parser as AsyncIterable<string[]>) rows += cells.length === 6 ? 1 : 0;
          if (rows !== pupils * days) throw new Error('rows are missing');
          insertRaw(join(data, 'events.sqlite'), events, 64);
        }),
      );
    const name = 'importing register rows ÷ parsing them and inserting the same events raw, 64 a transaction';
    await ours(true)();
    return [
      await sideBySide({ name, unit: 'rows/s', target: 0.4 }, { baseline, ours: ours(false) }),
      await sideBySide(
        { name: `${name}; projecting and assessing in the same process`, unit: 'rows/s', target: 0.4 },
        { baseline, ours: ours(true) },
      ),
    ];
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

/** The limit of the old heap for a process with little memory, in MiB. */
const HEAP = 192;

/**
 * Peak memory of a process that imports a whole programme of 400,000 register rows: without a limit, when much of it is
 * garbage that the engine has not collected yet, and with a small heap.
 */
export function importMemory(): Promise<Figure[]> {
  const [pupils, days] = [3_640, 110];
  return inFolder(async (folder) => {
    const files = join(folder, 'files');
    await writeProgramme(files, { pupils, days });
    const peak = async (data: string, ...flags: string[]): Promise<{ peakMiB: number; seconds: number }> => {
      const program = [...flags, join(__dirname, 'import-child.js'), join(folder, data), files];
      const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
      const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
      return JSON.parse(printed) as { peakMiB: number; seconds: number };
    };
    const free = await peak('free');
    const limited = await peak('limited', `--max-old-space-size=${String(HEAP)}`);
    const figure = ({ peakMiB }: { peakMiB: number }): string => `${peakMiB.toFixed(0)} MiB`;
    const name = `peak memory of importing a programme with ${(pupils * days).toLocaleString('en-GB')} register rows`;
    return [
      { name: `${name} (${free.seconds.toFixed(0)} s)`, value: figure(free), target: '≤ 350 MiB' },
      {
        name: `the same in a process that may have ${String(HEAP)} MiB of old heap (${limited.seconds.toFixed(0)} s)`,
        value: figure(limited),
        target: '≤ 350 MiB',
      },
    ];
  });
}

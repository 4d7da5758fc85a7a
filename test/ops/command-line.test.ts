import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RecordedEvent } from '@waymark/core/kernel';
import { packageFile } from '@waymark/platform';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { written } from '../imports/office';
import {
  held,
  marked,
  mentors,
  persistent,
  programme,
  referrals,
  referred,
  registers,
  schools,
  sessions,
} from '../imports/papers';
import { readWhole } from '../support/events';
import { upnOf } from '../support/made-up';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

const [ZARA, AISHA] = [upnOf(1), upnOf(2)];
const UPN = /[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]/;
const SEPTEMBER = ['--from', '2025-09-01', '--to', '2025-09-30'];

const papers = {
  'programme.json': JSON.stringify(programme),
  'schools.csv': schools,
  'mentors.csv': mentors(),
  'referrals.csv': referrals(referred(ZARA), referred(AISHA), referred(ZARA, { forename: 'Zahra' })),
  'r.csv': registers(...persistent(ZARA), ...persistent(AISHA), marked(upnOf(3), '2025-09-15'), 'x'),
  'r-corrections.csv': registers(marked(ZARA, '2025-09-15', 'O\\', { at: '2025-10-01T09:00:00Z' })),
  's.csv': sessions(held(ZARA, '2025-11-03'), held(AISHA, '2025-11-03', { mentor: 'M-9' })),
};

interface Report {
  readonly id: string;
  readonly files: readonly { readonly accepted: number }[];
}

/** A folder of files to import, and an empty data folder. */
const folders = (): { readonly data: string; readonly folder: string } => {
  const folder = temporaryDirectory();
  written(folder, papers);
  return { data: temporaryDirectory(), folder };
};

/** All rows of a SQLite file, by table. */
function rowsIn(file: string): string {
  const db = new Database(file, { readonly: true });
  const tables = db
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .pluck();
  const rows = tables.all().map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]);
  db.close();
  return JSON.stringify(rows);
}

/**
 * Hashes of all files of a data folder, by path, except the log and the keys: the access log records dry runs. That of the
 * views is of their rows: it also held the queue of dry runs.
 */
const contents = (data: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^(events|keys)\.sqlite/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [
        path,
        createHash('sha256')
          .update(path.endsWith('views.sqlite') ? rowsIn(path) : readFileSync(path))
          .digest('hex'),
      ]),
  );

async function logOf(data: string): Promise<RecordedEvent[]> {
  const events = new SqliteEventStore(join(data, 'events.sqlite'));
  const log = await readWhole(events);
  await events.close();
  return log;
}

jest.setTimeout(180_000);

describe('the command line', () => {
  it('imports files and prints figures as JSON and nothing else', async () => {
    const { data, folder } = folders();
    const first = await waymark(data, 'import', folder, '--json');
    expect(first).toMatchObject({ code: 0, errors: '' });
    const report = JSON.parse(first.out) as Report;
    expect(report).toMatchObject({
      dryRun: false,
      state: 'finished',
      followUps: { assessed: 2, eligible: 2, allocated: 1, notAllocated: { UNKNOWN_MENTOR: 1 } },
      registers: {
        r: {
          ...{ rows: 12, accepted: 10, repeated: 0, rejected: 2, noMark: 0, corrections: 1 },
          rejectedBy: { UNKNOWN_PUPIL: 1, WRONG_COLUMNS: 1 },
        },
      },
    });
    const again = JSON.parse((await waymark(data, 'import', folder, '--json')).out) as Report;
    expect(again.id).not.toBe(report.id);
    expect(again.files.map(({ accepted }) => accepted)).toEqual(report.files.map(() => 0));

    const [ids, byUpn, known, kpis] = await Promise.all([
      waymark(data, 'attendance', '--by', 'pupil', ...SEPTEMBER, '--json'),
      waymark(
        data,
        'attendance',
        '--by',
        'pupil',
        ...SEPTEMBER,
        '--key',
        'upn',
        '--reason',
        'A return to the council',
        '--json',
      ),
      waymark(
        data,
        'attendance',
        '--by',
        'area',
        ...SEPTEMBER,
        '--as-known-at',
        '2025-09-30T00:00:00Z',
        '--json',
      ),
      waymark(data, 'kpis', '--by', 'school', '--json'),
    ]);
    for (const result of [ids, byUpn, known, kpis]) expect(result).toMatchObject({ code: 0, errors: '' });
    const pupil = { possible: 10, persistent: true, severe: false, noMark: 0 };
    const figures = [
      { ...pupil, attended: 7, authorised: 2, unauthorised: 1, absencePercent: 30 },
      { ...pupil, attended: 8, authorised: 2, unauthorised: 0, absencePercent: 20 },
    ];
    const rows = JSON.parse(byUpn.out) as { key: string }[];
    expect(rows.map(({ key }) => key)).toEqual([ZARA, AISHA].sort());
    expect(new Map(rows.map((row) => [row.key, row])).get(ZARA)).toMatchObject(figures[0]!);
    expect(new Map(rows.map((row) => [row.key, row])).get(AISHA)).toMatchObject(figures[1]!);
    expect(JSON.parse(ids.out)).toHaveLength(2);
    expect(JSON.parse(known.out)).toMatchObject([
      { key: 'blackpool', possible: 20, attended: 16, pupils: 2, persistentPupils: 2, severePupils: 0 },
    ]);
    expect(JSON.parse(kpis.out)).toMatchObject([
      { key: '990401', referred: 2, eligible: 2, consented: 2, allocated: 1, started: 1, minutesHeld: 60 },
    ]);
    for (const result of [first, ids, known, kpis]) expect(result.out + result.errors).not.toMatch(UPN);
  });

  it('prints tables without UPNs', async () => {
    const { data, folder } = folders();
    const imported = await waymark(data, 'import', folder);
    const again = await waymark(data, 'import', folder);
    const [pupils, kpis] = await Promise.all([
      waymark(data, 'attendance', '--by', 'pupil', ...SEPTEMBER),
      waymark(data, 'kpis'),
    ]);
    for (const result of [imported, again, pupils, kpis]) {
      expect(result.code).toBe(0);
      expect(result.out + result.errors).not.toMatch(UPN);
    }
    expect(imported.out).toMatch(/r\.csv.*UNKNOWN_PUPIL 1/);
    expect(imported.out).toContain('Eligibility assessed: 2, eligible: 2, mentor allocated: 1.');
    expect(imported.out).not.toContain('Nothing new');
    expect(again.out).toContain('Nothing new');
    expect(pupils.out).toContain('30.00%');
    expect(kpis.out).toContain('North West');
  });

  it('runs a dry run on a copy, which changes nothing except the access log', async () => {
    const { data, folder } = folders();
    const [first, second] = [join(folder, 'programme.json'), join(folder, 'schools.csv')];
    await waymark(data, 'import', first, second, '--json');
    const before = contents(data);
    const head = (await logOf(data)).length;

    const tried = await waymark(data, 'import', folder, '--dry-run', '--json');
    expect(tried).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(tried.out)).toMatchObject({
      dryRun: true,
      state: 'finished',
      followUps: { allocated: 1 },
    });
    const forPeople = await waymark(data, 'import', folder, '--dry-run');
    expect(forPeople.out).toContain('Dry run: nothing was changed.');
    expect((await waymark(data, 'import', join(folder, 'none.csv'), '--dry-run')).code).toBe(1);

    expect(contents(data)).toEqual(before);
    expect(readdirSync(data).filter((name) => name.startsWith('scratch'))).toEqual([]);
    const recorded = (await logOf(data)).slice(head);
    expect(recorded.map(({ type, metadata }) => [type, metadata.actor])).toEqual([
      ['ImportTriedOut', 'local-operator'],
      ['ImportTriedOut', 'local-operator'],
    ]);
    // The import itself gives the result of the dry run.
    const done = JSON.parse((await waymark(data, 'import', folder, '--json')).out);
    expect(done.registers).toEqual(JSON.parse(tried.out).registers);
  });

  it('prints errors to standard error, without a stack', async () => {
    const { data, folder } = folders();
    const stranger = join(folder, 'readme.txt');
    writeFileSync(stranger, 'Good morning');
    const wrong: readonly (readonly [message: string, ...args: string[]])[] = [
      ['NO_SUCH_FILE: ', 'import', join(folder, 'none.csv'), '--json'],
      ['UNKNOWN_FILE: ', 'import', join(folder, 's.csv'), stranger],
      ['NOTHING_TO_IMPORT: ', 'import', temporaryDirectory()],
      ["error: missing required argument 'path'", 'import'],
      ['error: unknown command', 'export'],
      ['error: required option', 'attendance', '--by', 'pupil', '--from', '2025-09-01'],
      ['error: option', 'attendance', '--by', 'pupil', '--from', '2025-09-31', '--to', '2025-10-01'],
      ['error: option', 'attendance', '--by', 'class', ...SEPTEMBER],
      ['error: option', 'attendance', '--by', 'pupil', ...SEPTEMBER, '--as-known-at', 'then'],
      ['error: option', 'kpis', '--by', 'pupil', '--json'],
    ];
    for (const [message, ...args] of wrong) {
      const { code, out, errors } = await waymark(data, ...args);
      expect({ code, out, begins: errors.slice(0, message.length) }).toEqual({
        code: 1,
        out: '',
        begins: message,
      });
      expect(errors).not.toMatch(/\n\s+at /);
    }
    expect(await logOf(data)).toEqual([]);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(await waymark(join(temporaryDirectory(), 'none'), '--version')).toEqual({
      ...{ code: 0, errors: '' },
      out: `${version}\n`,
    });
  });

  it('runs a dry run without a data folder, and creates none', async () => {
    const { data, folder } = folders();
    const none = join(data, 'none');
    const tried = await waymark(none, 'import', folder, '--dry-run', '--json');
    expect(tried).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(tried.out)).toMatchObject({ dryRun: true, followUps: { allocated: 1 } });
    expect(readdirSync(data)).toEqual([]);
  });

  it('prints errors of its data folder, without a stack', async () => {
    const { data, folder } = folders();
    const [file, broken] = [join(data, 'file'), join(data, 'broken')];
    writeFileSync(file, '');
    written(broken, { 'events.sqlite': 'This is no database, and never was one.\n'.repeat(200) });
    for (const place of [file, broken]) {
      const { code, out, errors } = await waymark(place, 'import', folder, '--json');
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(errors).toMatch(/^\w/);
      expect(errors).not.toMatch(/\n\s+at /);
    }
  });
});

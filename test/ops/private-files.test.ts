import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as moment } from 'node:timers/promises';
import { packageFile, Platform } from '@waymark/platform';
import { eventually } from '../api/client';
import { written } from '../imports/office';
import {
  held,
  mentors,
  persistent,
  programme,
  referrals,
  referred,
  registers,
  schools,
  sessions,
} from '../imports/papers';
import { upnOf } from '../support/made-up';
import { temporaryDirectory } from '../support/stores';
import { startExpectingFailure, startProgram } from '../worker/programs';
import { waymark } from './command-line';

jest.setTimeout(240_000);

/** The programs that the tests start inherit the umask of this process. */
let umask: number;
beforeAll(() => {
  umask = process.umask(0);
});
afterAll(() => void process.umask(umask));

const papers = {
  'programme.json': JSON.stringify(programme),
  'schools.csv': schools,
  'mentors.csv': mentors(),
  'referrals.csv': referrals(referred(upnOf(1)), referred(upnOf(2))),
  'r.csv': registers(...persistent(upnOf(1)), ...persistent(upnOf(2))),
  's.csv': sessions(held(upnOf(1), '2025-11-03')),
};

/** Files wider than 0600 and folders wider than 0700, with their modes. Files that disappear meanwhile are skipped. */
function wideIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name),
  );
  return [folder, ...entries].flatMap((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return [];
    const allowed = stats.isDirectory() ? 0o700 : 0o600;
    const mode = stats.mode & 0o777;
    return (mode & ~allowed) === 0 ? [] : [`${path} ${mode.toString(8)}`];
  });
}

const namesIn = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' });

/** Watch a folder while work is done. Returns what was wide at any time, and every name that was seen. */
async function watched(folder: string, work: () => Promise<void>) {
  const [wide, seen] = [new Set<string>(), new Set<string>()];
  const now = { done: false };
  const working = work().finally(() => (now.done = true));
  while (!now.done) {
    try {
      for (const each of wideIn(folder)) wide.add(each);
      for (const each of namesIn(folder)) seen.add(each);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await moment();
  }
  await working;
  return { wide: [...wide], seen: [...seen].join('\n') };
}

describe('under umask 000', () => {
  it('every file of the data folder, of backups and of outputs is for its owner only', async () => {
    const root = temporaryDirectory();
    const [data, folder] = [join(root, 'data'), join(root, 'papers')];
    written(folder, papers);
    const ran = async (...args: readonly string[]): Promise<string> => {
      const { code, out, errors } = await waymark(data, ...args);
      expect([args[0], code, errors.includes('Other users')]).toEqual([args[0], 0, false]);
      return out.trim();
    };
    await ran('import', folder);
    expect(wideIn(data)).toEqual([]);
    const role = ['--role', 'programme-administrator', '--programme', programme.id];
    const token = await ran('token', '--subject', 'me', ...role);

    const api = await startProgram('api', data, { WAYMARK_WORK: 'true', authorization: `Bearer ${token}` });
    const { wide, seen } = await watched(data, async () => {
      const sent = (query: string) =>
        Object.entries(papers).reduce(
          (upload, [name, text]) => upload.attach('files', Buffer.from(text), name),
          api.http.post(`/v1/imports${query}`),
        );
      await sent('?dryRun=true').expect(200);
      await sent('').expect(202);
      await api.http
        .post('/v1/exports')
        .send({ kind: 'kpis', parameters: { by: 'area' } })
        .expect(202);
      await eventually(() =>
        Promise.resolve(namesIn(data).some((name) => /^exports.*\.csv$/.test(name)) || undefined),
      );
      await ran('seal');
    });
    expect(wide).toEqual([]);
    for (const kind of [
      /sqlite-wal$/m,
      /sqlite-shm$/m,
      /^scratch-.*keys\.sqlite$/m,
      /^uploads\/.*\.csv$/m,
      /^exports\/.*\.csv/m,
    ])
      expect(seen).toMatch(kind);
    for (const kind of [/^seals\.jsonl$/m, /^keys\/(hash|master|seal)\.key$/m])
      expect(namesIn(data).join('\n')).toMatch(kind);
    api.child.kill('SIGTERM');
    expect(await api.ended).toBe(0);

    const pupils = JSON.parse(
      await ran('attendance', '--by', 'pupil', '--from', '2025-09-01', '--to', '2025-09-30', '--json'),
    ) as { key: string }[];
    const outputs = join(root, 'outputs');
    mkdirSync(outputs, { mode: 0o700 });
    await ran('backup', join(outputs, 'backup'), '--with-keys');
    await ran('restore', join(outputs, 'backup'), '--data', join(outputs, 'restored'));
    await ran('restore', join(outputs, 'backup'), '--data', join(outputs, 'restored'), '--replace');
    await ran('copy', '--from', `sqlite:${data}`, '--to', `sqlite:${join(outputs, 'copy')}`);
    await ran('subject-access', 'pupil', pupils[0]!.key, '--out', join(outputs, 'everything.md'));
    const certificate = join(outputs, 'erased.json');
    await ran(
      'erase',
      'pupil',
      pupils[0]!.key,
      '--ground',
      'CONSENT_WITHDRAWN',
      '--yes',
      '--certificate',
      certificate,
    );
    expect(namesIn(outputs).length).toBeGreaterThan(20);
    expect(wideIn(outputs)).toEqual([]);
    expect(wideIn(data)).toEqual([]);
  });
});

/** Give everybody all rights on everything in a folder. Returns the number of files and folders. */
function opened(folder: string): number {
  const paths = [folder, ...namesIn(folder).map((name) => join(folder, name))];
  for (const path of paths) chmodSync(path, lstatSync(path).isDirectory() ? 0o777 : 0o666);
  return paths.length;
}

describe('files that other users have rights on', () => {
  it('are made private at start, which is logged', async () => {
    const data = join(temporaryDirectory(), 'data');
    await (await Platform.open({ data })).close();
    written(join(data, 'uploads', 'an-import', 'files', '00'), { 'schools.csv': schools });
    const entries = opened(data);
    const api = await startProgram('api', data);
    expect(wideIn(data)).toEqual([]);
    expect(api.lines).toContainEqual(
      expect.objectContaining({ event: 'data.tightened', entries, level: 30 }),
    );
    api.child.kill('SIGTERM');
    expect(await api.ended).toBe(0);

    const again = opened(data);
    const { code, errors } = await waymark(data, 'views');
    expect([code, errors]).toEqual([
      0,
      expect.stringContaining(`rights on ${String(again)} files and folders`),
    ]);
    expect(wideIn(data)).toEqual([]);
    expect(await waymark(data, 'views')).toMatchObject({ code: 0, errors: '' });
  });

  it('become private in a backup and in a restored folder', async () => {
    const root = temporaryDirectory();
    const [data, backup] = [join(root, 'data'), join(root, 'backup')];
    await (await Platform.open({ data })).close();
    written(join(data, 'uploads', 'an-import', 'files', '00'), { 'schools.csv': schools });
    opened(data);
    mkdirSync(backup);
    chmodSync(backup, 0o777);
    expect(await waymark(data, 'backup', backup, '--with-keys')).toMatchObject({ code: 0 });
    expect(wideIn(backup)).toEqual([]);
    opened(backup);
    expect(await waymark(data, 'restore', backup, '--replace')).toMatchObject({ code: 0 });
    const folders = readdirSync(root).filter((name) => name !== 'backup');
    expect(folders).toHaveLength(2);
    for (const folder of folders) expect(wideIn(join(root, folder))).toEqual([]);
  });
});

describe('a data folder of another user', () => {
  /** A folder that this user may write to at most by its mode. Only root can give a folder away. */
  function foreignFolder(): string {
    if (process.geteuid!() !== 0) return '/';
    const folder = join(temporaryDirectory(), 'data');
    mkdirSync(folder);
    chownSync(folder, 12_345, 12_345);
    chmodSync(folder, 0o777);
    return folder;
  }

  it('is refused by every program, and nothing is written', async () => {
    const data = foreignFolder();
    const before = lstatSync(data).mode;
    for (const program of ['api', 'worker'] as const) {
      const failed = await startExpectingFailure(program, data, {});
      expect(failed).toEqual([1, expect.stringMatching(/^waymark: FOLDER_NOT_OWNED: /)]);
    }
    expect(await waymark(data, 'import', packageFile('data', 'sample', 'schools.csv'))).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^FOLDER_NOT_OWNED: /),
    });
    expect(existsSync(join(data, 'events.sqlite'))).toBe(false);
    expect(lstatSync(data).mode).toBe(before);
  });
});

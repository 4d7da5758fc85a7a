import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { everywhere } from '@waymark/core/access';
import { kpisBy } from '@waymark/modules/insights/kpis';
import { backup, type BackupProgress, restore } from '@waymark/operations';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { unlikeRebuild } from '../crash/aftermath';
import { upnOf } from '../support/made-up';
import { message, startProcess } from '../support/process';
import { dataFolder, filesOf, opened, completes } from './data-folders';

jest.setTimeout(120_000);

const engines = {};

/** A data folder, and a backup of it without its keys. */
async function backedUp(): Promise<{
  readonly root: string;
  readonly data: string;
  readonly folder: string;
}> {
  const { root, data } = await dataFolder();
  const folder = join(root, 'backup');
  await backup(folder, { data, engines });
  return { root, data, folder };
}

/** Hashes of the files of a folder, without the temporary files of SQLite. */
const lastingFiles = (folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filesOf(folder))
      .filter(([path]) => !/-(wal|shm)$/.test(path))
      .map(([path, text]) => [path, createHash('sha256').update(text, 'latin1').digest('hex')]),
  );

describe('restoring a backup', () => {
  it('makes a data folder that a service can start on, with the same figures', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    const before = await opened(data);
    await before.settle();
    const kpis = await kpisBy(before.rows, before.published, { by: 'school' }, everywhere);
    // The backup contains the member document of a process that is then gone.
    await backup(folder, { data, engines });
    await before.close();

    const restored = join(root, 'else', 'where');
    const { manifest, aside } = await restore(folder, { data: restored, keys: join(data, 'keys') });
    expect(aside).toBeUndefined();
    expect(readdirSync(restored).sort()).toEqual([
      'events.sqlite',
      'jobs.sqlite',
      'keys',
      'uploads',
      'views.sqlite',
    ]);
    expect(readdirSync(join(root, 'else'))).toEqual(['where']);
    expect(statSync(restored).mode & 0o777).toBe(0o700);
    expect(statSync(join(restored, 'keys', 'hash.key')).mode & 0o777).toBe(0o600);
    const rows = new SqliteRowStore(join(restored, 'views.sqlite'));
    expect(await rows.control.list('member/')).toEqual([]);
    await rows.close();

    const again = await opened(restored);
    await again.settle();
    expect(await again.events.head()).toBe(manifest.events.head);
    expect(await kpisBy(again.rows, again.published, { by: 'school' }, everywhere)).toEqual(kpis);
    expect(await unlikeRebuild(again, ['imports'])).toEqual([]);
    // The hash key is the same, so the UPN is still recognised.
    expect(await again.submitter.holder('upn', upnOf(100))).toMatch(/^pupil-/);
  });

  it('rebuilds views from the log if the backup has none', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    await backup(folder, { data, engines: { rows: 'mongodb://host/waymark', jobs: 'redis://host' } });
    const restored = join(root, 'restored');
    await restore(folder, { data: restored, keys: join(data, 'keys') });
    const again = await opened(restored);
    await again.work([]);
    await again.settle();
    expect(await unlikeRebuild(again, ['imports'])).toEqual([]);
  });

  it('reports its progress', async () => {
    const { root, data, folder } = await backedUp();
    const reports: BackupProgress[] = [];
    const restored = join(root, 'restored');
    await restore(folder, {
      data: restored,
      keys: join(data, 'keys'),
      onProgress: (progress) => reports.push(progress),
    });
    for (const doing of ['reading', 'copying'] as const) {
      const last = reports.filter((progress) => progress.doing === doing).at(-1)!;
      expect(last.bytes).toBe(last.total);
    }
  });

  it('restores to an empty folder, and renames a folder with data only with `replace`', async () => {
    const { root, data, folder } = await backedUp();
    const empty = join(root, 'empty');
    mkdirSync(empty);
    await restore(folder, { data: empty, keys: join(data, 'keys') });
    expect(existsSync(join(empty, 'events.sqlite'))).toBe(true);

    const newer = await opened(data);
    const { position } = await newer.submitter.submit({
      ...{ module: 'projection', id: 'caseload', actor: 'tester' },
      command: Object.assign(
        new (newer.submitter.modules.get('projection')!.handlers.get('SkipEvent')!.command)(),
        {
          ...{ event: 'x', version: 1, reason: 'For the test.' },
        },
      ),
    });
    await newer.close();
    const before = lastingFiles(data);
    await expect(restore(folder, { data })).rejects.toMatchObject({ code: 'DATA_NOT_EMPTY' });
    expect(lastingFiles(data)).toEqual(before);

    const { manifest, aside } = await restore(folder, { data, replace: true });
    expect(manifest.events.head).toBeLessThan(position);
    expect(aside).toMatch(/data\.before-\d{4}-\d\d-\d\dT\d+Z$/);
    expect(Object.keys(lastingFiles(aside!))).toEqual(Object.keys(before));
    const [old, restored] = [await opened(aside!, { work: false }), await opened(data, { work: false })];
    expect(await old.events.head()).toBe(position);
    expect(await restored.events.head()).toBe(manifest.events.head);
    expect(readFileSync(join(data, 'keys', 'hash.key'))).toEqual(
      readFileSync(join(aside!, 'keys', 'hash.key')),
    );
    expect(readdirSync(root).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  it('needs the keys that belong to the data', async () => {
    const { root, data, folder } = await backedUp();
    const restored = join(root, 'restored');
    const refused = async (code: string, options: object): Promise<void> => {
      await expect(restore(folder, { data: restored, ...options })).rejects.toMatchObject({ code });
      expect(existsSync(restored)).toBe(false);
    };
    const others = join(root, 'others');
    mkdirSync(others);
    await refused('KEYS_MISSING', {});
    await refused('KEYS_MISSING', { keys: others });
    writeFileSync(join(others, 'hash.key'), 'ab'.repeat(32));
    await refused('WRONG_KEYS', { keys: others });
    await refused('WRONG_KEYS', { hashKey: Buffer.alloc(32, 1) });

    const hashKey = Buffer.from(readFileSync(join(data, 'keys', 'hash.key'), 'utf8'), 'hex');
    await restore(folder, { data: restored, hashKey });
    expect(existsSync(join(restored, 'keys'))).toBe(false);
    rmSync(restored, { recursive: true });
    await backup(join(root, 'with keys'), { data, engines, withKeys: true });
    await restore(join(root, 'with keys'), { data: restored });
    expect(readFileSync(join(restored, 'keys', 'hash.key'))).toEqual(
      readFileSync(join(data, 'keys', 'hash.key')),
    );
  });

  it('is refused while any service uses the data folder, even one that only serves', async () => {
    const { root, data, folder } = await backedUp();
    const refused = async (by: RegExp): Promise<void> => {
      const before = readdirSync(root).sort();
      await expect(restore(folder, { data, replace: true })).rejects.toMatchObject({
        code: 'DATA_IN_USE',
        message: expect.stringMatching(by),
      });
      expect(readdirSync(root).sort()).toEqual(before);
    };
    const worker = await opened(data);
    await refused(new RegExp(`/${String(process.pid)}`));
    await worker.close();
    // In another process: file locks belong to a process, and reading the file in this one would release them.
    const elsewhere = startProcess('../operations/api-child.ts', data);
    expect(await message(elsewhere)).toBe('ready');
    await refused(/a process that has events\.sqlite open/);
    elsewhere.kill('SIGKILL');
    await new Promise((gone) => elsewhere.once('close', gone));
    await restore(folder, { data, replace: true });
  });

  it('ignores member documents of processes that were killed or have no heartbeat', async () => {
    const { data, folder } = await backedUp();
    const worker = startProcess('../operations/api-child.ts', data, 'works');
    expect(await message(worker)).toBe('ready');
    worker.kill('SIGKILL');
    await new Promise((gone) => worker.once('close', gone));
    const rows = new SqliteRowStore(join(data, 'views.sqlite'));
    expect(await rows.control.list('member/')).toHaveLength(1);
    // A member on another machine, whose process cannot be looked up here.
    await rows.control.put('member/else', 'none', { beat: 7, host: 'else', pid: 1, standby: false });
    await rows.close();
    const { aside } = await restore(folder, { data, replace: true });
    expect(existsSync(aside!)).toBe(true);
  });

  it('replaces a folder whose databases are damaged', async () => {
    const { data, folder } = await backedUp();
    for (const name of ['events.sqlite', 'views.sqlite'])
      writeFileSync(join(data, name), 'This is no database, and never was one.\n'.repeat(200));
    const { aside } = await restore(folder, { data, replace: true });
    expect(readFileSync(join(aside!, 'events.sqlite'), 'utf8')).toContain('This is no database');
    const again = await opened(data);
    await again.settle();
    expect(await unlikeRebuild(again, ['imports'])).toEqual([]);
  });

  it('leaves everything unchanged if it fails', async () => {
    const { root, data, folder } = await backedUp();
    const before = lastingFiles(data);
    const failing = restore(folder, {
      ...{ data, replace: true },
      onProgress: ({ doing }) => {
        if (doing === 'copying') throw new Error('the disk is full');
      },
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(lastingFiles(data)).toEqual(before);
    expect(readdirSync(root).sort()).toEqual(['backup', 'data']);

    renameSync(folder, join(data, 'backup'));
    await expect(restore(join(data, 'backup'), { data, replace: true })).rejects.toMatchObject({
      code: 'BACKUP_IN_DATA',
    });
    expect(existsSync(join(data, 'backup', 'manifest.json'))).toBe(true);
  });

  it('can be killed at any point before the folders are exchanged, and run again', async () => {
    const { root, data, folder } = await backedUp();
    const before = lastingFiles(data);
    let kills = 0;
    for (; !(await completes('restore', folder, data, kills)); kills += 1)
      expect(lastingFiles(data)).toEqual(before);
    expect(kills).toBeGreaterThan(4);
    const aside = readdirSync(root).filter((name) => name.includes('.before-'));
    expect(aside).toHaveLength(1);
    expect(lastingFiles(join(root, aside[0]!))).toEqual(before);
    const again = await opened(data);
    await again.settle();
    expect(await unlikeRebuild(again, ['imports'])).toEqual([]);
  });
});

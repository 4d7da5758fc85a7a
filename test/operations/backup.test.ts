import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { backup, type BackupManifest, type BackupProgress, restore, verifyBackup } from '@waymark/operations';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { unlikeRebuild } from '../crash/aftermath';
import { type Told, work } from '../crash/workload';
import { readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { dataFolder, filesOf, opened, completes } from './data-folders';

jest.setTimeout(120_000);

const engines = {};

const logIn = async (folder: string): Promise<string[]> => {
  const store = new SqliteEventStore(join(folder, 'events.sqlite'));
  const events = await readWhole(store);
  await store.close();
  return events.map((event) => JSON.stringify(event));
};

describe('a backup', () => {
  it('is consistent while commands are being sent, and contains every command acknowledged before it started', async () => {
    const { root, data } = await dataFolder();
    const platform = await opened(data);
    const folder = join(root, 'backup');
    const acknowledged: number[] = [];
    let before: readonly number[] = [];
    let backedUp: Promise<BackupManifest> | undefined;
    const onAnswer = (answer: Told): void => {
      if ('position' in answer) acknowledged.push(answer.position);
      if (acknowledged.length === 60) {
        before = [...acknowledged];
        backedUp = backup(folder, { data, engines, withKeys: true });
      }
    };
    await work(platform, onAnswer);
    const manifest = await backedUp!;
    await platform.settle();
    const whole = (await readWhole(platform.stores.events)).map((event) => JSON.stringify(event));
    await platform.close();

    expect((await verifyBackup(folder)).problems).toEqual([]);
    const copied = manifest.events.events;
    expect(manifest.events.head).toBeGreaterThanOrEqual(Math.max(...before));
    expect(copied).toBeLessThan(whole.length);
    expect(Object.keys(manifest.views).length).toBeGreaterThan(9);
    for (const position of Object.values(manifest.views)) {
      expect(position).toBeLessThanOrEqual(manifest.events.head);
    }

    const restored = join(root, 'restored');
    await restore(folder, { data: restored });
    expect(await logIn(restored)).toEqual(whole.slice(0, copied));
    const again = await opened(restored);
    await again.settle();
    expect(await unlikeRebuild(again, ['imports'])).toEqual([]);
    const retried: Told[] = [];
    await work(again, (answer) => retried.push(answer));
    const positions = new Set(
      retried.flatMap((answer) => ('repeated' in answer && answer.repeated ? [answer.position] : [])),
    );
    expect(before.filter((position) => !positions.has(position))).toEqual([]);
  });

  it('describes its contents and files in the manifest', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    const manifest = await backup(folder, { data, engines });
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest);
    const whole = await logIn(data);
    expect(manifest).toMatchObject({
      format: 1,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      versions: { waymark: expect.stringMatching(/^\d+\.\d+\.\d+/), sqlite: expect.stringMatching(/^3\./) },
      events: { events: whole.length, head: whole.length },
      keys: { included: false, fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    expect(manifest.views['caseload@3']).toBe(whole.length);
    const files = filesOf(folder);
    delete files['manifest.json'];
    expect(manifest.files).toEqual(
      Object.entries(files).map(([path, text]) => ({
        path,
        bytes: text.length,
        sha256: createHash('sha256').update(text, 'latin1').digest('hex'),
      })),
    );
    expect(Object.keys(files)).toEqual([
      'events.sqlite',
      'jobs.sqlite',
      'uploads/an-import/files/00/schools.csv',
      'views.sqlite',
    ]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const key = readFileSync(join(data, 'keys', 'hash.key'), 'utf8');
    expect(JSON.stringify(manifest) + Object.values(files).join('')).not.toContain(key);
  });

  it('reports its progress', async () => {
    const { root, data } = await dataFolder();
    const reports: BackupProgress[] = [];
    await backup(join(root, 'backup'), { data, engines, onProgress: (progress) => reports.push(progress) });
    for (const doing of ['copying', 'reading'] as const) {
      const bytes = reports.filter((progress) => progress.doing === doing);
      expect(bytes.map((progress) => progress.bytes)).toEqual(
        bytes.map((progress) => progress.bytes).sort((one, other) => one - other),
      );
      expect(bytes.at(-1)!.bytes).toBe(bytes.at(-1)!.total);
    }
  });

  it('needs an empty folder outside the data folder, and an embedded log', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    const refused = async (code: string, where: string, of = data, kept = {}): Promise<void> => {
      await expect(backup(where, { data: of, engines: kept })).rejects.toMatchObject({ code });
    };
    const before = filesOf(root);
    await refused('NO_DATA', folder, join(root, 'nowhere'));
    await refused('NOT_EMBEDDED', folder, data, { events: 'esdb://host:2113' });
    await refused('FOLDER_IN_DATA', join(data, 'backup'));
    await refused('FOLDER_NOT_EMPTY', data);
    expect(filesOf(root)).toEqual(before);
    expect(existsSync(folder)).toBe(false);
    await backup(folder, { data, engines });
    await refused('FOLDER_NOT_EMPTY', folder);
  });

  it('leaves out stores that are on servers', async () => {
    const { root, data } = await dataFolder();
    const kept = { rows: 'mongodb://host/waymark', jobs: 'redis://host' };
    const manifest = await backup(join(root, 'backup'), { data, engines: kept });
    expect(manifest).toMatchObject({ views: {}, jobs: 0 });
    const databases = manifest.files.filter(({ path }) => path.endsWith('.sqlite'));
    expect(databases.map(({ path }) => path)).toEqual(['events.sqlite']);
    expect((await verifyBackup(join(root, 'backup'))).problems).toEqual([]);
  });

  it('leaves an empty folder if it fails, and is not a backup if it was killed', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    const failing = backup(folder, {
      ...{ data, engines },
      onProgress: ({ doing }) => {
        if (doing === 'reading') throw new Error('the disk is full');
      },
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(filesOf(folder)).toEqual({});
    let kills = 0;
    for (
      let moments = 0;
      !(await completes('backup', join(root, String(moments)), data, moments));
      moments += 1
    ) {
      kills += 1;
      await expect(verifyBackup(join(root, String(moments)))).rejects.toMatchObject({ code: 'NO_BACKUP' });
      await expect(restore(join(root, String(moments)), { data: folder })).rejects.toMatchObject({
        code: 'NO_BACKUP',
      });
    }
    expect(kills).toBeGreaterThan(4);
    expect((await verifyBackup(join(root, String(kills)))).problems).toEqual([]);
  });
});

describe('verifying a backup', () => {
  it('finds changed, missing and additional files', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    const made = await backup(folder, { data, engines });
    const problems = async (): Promise<readonly string[]> => (await verifyBackup(folder)).problems;
    const at = (path: string): string => join(folder, path);
    const changed = async (path: string, change: (file: Buffer) => Buffer): Promise<readonly string[]> => {
      const before = readFileSync(at(path));
      writeFileSync(at(path), change(Buffer.from(before)));
      const found = await problems();
      writeFileSync(at(path), before);
      return found;
    };
    const flipped = (file: Buffer): Buffer => file.fill(file[5_000]! ^ 1, 5_000, 5_001);
    for (const { path } of made.files.filter(({ bytes }) => bytes > 5_000)) {
      expect(await changed(path, flipped)).toEqual([`${path} has changed since the backup`]);
      expect(await changed(path, (file) => file.subarray(0, -1))).toEqual([
        `${path} has changed since the backup`,
      ]);
    }
    expect(await changed('jobs.sqlite', () => Buffer.alloc(0))).toEqual([
      'jobs.sqlite has changed since the backup',
    ]);

    appendFileSync(at('events.sqlite-wal'), 'more');
    expect(await problems()).toEqual(['events.sqlite-wal is not in the manifest']);
    rmSync(at('events.sqlite-wal'));
    const upload = readFileSync(at('uploads/an-import/files/00/schools.csv'));
    rmSync(at('uploads'), { recursive: true });
    expect(await problems()).toEqual(['uploads/an-import/files/00/schools.csv is missing']);
    mkdirSync(at('uploads/an-import/files/00'), { recursive: true });
    writeFileSync(at('uploads/an-import/files/00/schools.csv'), upload);
    expect(await problems()).toEqual([]);
    expect(filesOf(folder)).toHaveProperty(['manifest.json']);
  });

  it('checks the databases themselves, even if their hashes match', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    await backup(folder, { data, engines });
    const rewrite = (change: (manifest: BackupManifest) => object): void => {
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as BackupManifest;
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...change(manifest) }));
    };
    rewrite(({ events }) => ({ events: { ...events, head: events.head + 1 } }));
    expect((await verifyBackup(folder)).problems).toEqual([
      'the contents of the databases differ from the manifest',
    ]);
    rewrite(({ events }) => ({ events: { ...events, head: events.head - 1 } }));
    expect((await verifyBackup(folder)).problems).toEqual([]);

    const file = readFileSync(join(folder, 'events.sqlite'));
    file.fill(7, 3 * 4_096, 4 * 4_096);
    writeFileSync(join(folder, 'events.sqlite'), file);
    const sha256 = createHash('sha256').update(file).digest('hex');
    rewrite(({ files }) => ({
      files: files.map((each) => (each.path === 'events.sqlite' ? { ...each, sha256 } : each)),
    }));
    const { problems } = await verifyBackup(folder);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^events\.sqlite: /);
    await expect(restore(folder, { data: join(root, 'restored') })).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
    });

    rewrite(() => ({ format: 2 }));
    await expect(verifyBackup(folder)).rejects.toMatchObject({ code: 'BACKUP_TOO_NEW' });
    for (const text of ['', '{}', 'null', '{"format":1,"files":{}}']) {
      writeFileSync(join(folder, 'manifest.json'), text);
      await expect(verifyBackup(folder)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    }
    await expect(verifyBackup(temporaryDirectory())).rejects.toMatchObject({ code: 'NO_BACKUP' });
  });
});

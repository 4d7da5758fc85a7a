import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { backup, restore, verifySealedBackup } from '@waymark/operations';
import { Platform, publicPem, sealKey } from '@waymark/platform';
import { newEvent } from '../support/events';
import { temporaryDirectory } from '../support/stores';

jest.setTimeout(60_000);

const engines = {};
const record = (platform: Platform, count = 3) =>
  platform.events.append(
    'projection-x',
    'any',
    Array.from({ length: count }, () => newEvent('EventSkipped')),
  );

/** A sealed data folder with open services, and a folder for its backup. */
async function sealed() {
  const root = temporaryDirectory();
  const data = join(root, 'data');
  const platform = await Platform.open({ data, work: false });
  for (const _seal of [1, 2]) {
    await record(platform);
    await platform.sealLog();
  }
  return { root, data, platform, folder: join(root, 'backup') };
}

const linesIn = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
const problemsOf = async (folder: string, data: string, publicKeys?: string) =>
  (await verifySealedBackup(folder, { data, publicKeys })).problems;

/** Change a file of a backup, and its entry in the manifest. */
function change(folder: string, path: string, edit: (file: string) => void): void {
  edit(join(folder, path));
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
    files: { path: string }[];
    events: object;
  };
  const bytes = existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined;
  manifest.files = manifest.files.flatMap((entry) => {
    if (entry.path !== path) return [entry];
    return bytes
      ? [{ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }]
      : [];
  });
  const db = new Database(join(folder, 'events.sqlite'), { readonly: true });
  manifest.events = db
    .prepare<[], object>(`SELECT count(*) AS events, max(position) AS head FROM events`)
    .get()!;
  db.close();
  writeFileSync(file, JSON.stringify(manifest));
}

const executed = (statement: string) => (file: string) => {
  const db = new Database(file);
  db.pragma('ignore_check_constraints = ON');
  db.exec(statement);
  db.close();
};

describe('a backup of a sealed log', () => {
  it('contains the seals, and continues their series after a restore', async () => {
    const { root, data, platform, folder } = await sealed();
    const manifest = await backup(folder, { data, engines, withKeys: true });
    await platform.close();
    expect(manifest.seals).toEqual({ included: true, publicKey: publicPem(sealKey({ data })) });
    expect(linesIn(join(folder, 'seals.jsonl'))).toEqual(linesIn(join(data, 'seals.jsonl')));
    expect(await problemsOf(folder, data)).toEqual([]);

    const restored = join(root, 'restored');
    await restore(folder, { data: restored });
    const again = await Platform.open({ data: restored, work: false });
    await record(again);
    expect(await again.sealLog()).toEqual({ seals: 1, events: 3, sealed: 9 });
    await again.close();
  });

  it('contains no seals of events that were recorded after the copy of the log', async () => {
    const { data, platform, folder } = await sealed();
    const lines = linesIn(join(data, 'seals.jsonl'));
    let last: Promise<unknown> | undefined;
    const onProgress = (): void => {
      last ??= record(platform).then(() => platform.sealLog());
    };
    await backup(folder, { data, engines, onProgress });
    await last;
    await platform.close();
    expect(linesIn(join(data, 'seals.jsonl'))).toHaveLength(3);
    expect(linesIn(join(folder, 'seals.jsonl'))).toEqual(lines);
    expect(await problemsOf(folder, data)).toEqual([]);
  });

  it.each<[what: string, path: string, edit: (file: string) => void, problem: RegExp]>([
    [
      'an event was changed',
      'events.sqlite',
      executed(`UPDATE events SET type = 'Other' WHERE position = 2`),
      /CHANGED/,
    ],
    [
      'the last events were cut off',
      'events.sqlite',
      executed('DELETE FROM events WHERE position > 4'),
      /CUT/,
    ],
    [
      'an event lies below the log',
      'events.sqlite',
      executed(
        `INSERT INTO events SELECT -5, 'role-x', 0, id, type, data, metadata FROM events WHERE position = 1`,
      ),
      /position -5 lies outside the log/,
    ],
    ['the seals were removed', 'seals.jsonl', (file) => rmSync(file), /SEAL_MISSING/],
    [
      'the last seal was removed',
      'seals.jsonl',
      (file) => writeFileSync(file, `${linesIn(file)[0]!}\n`),
      /SEAL_MISSING/,
    ],
    ['a line was added to the seals', 'seals.jsonl', (file) => appendFileSync(file, 'null\n'), /SEAL_FORGED/],
  ])('is damaged if %s and the manifest with it', async (_what, path, edit, problem) => {
    const { data, platform, folder } = await sealed();
    await backup(folder, { data, engines });
    await platform.close();
    change(folder, path, edit);
    expect(await problemsOf(folder, data)).toEqual([expect.stringMatching(problem)]);
  });

  it('is verified with the given public key, or that of the machine, or else that in the backup', async () => {
    const { root, data, platform, folder } = await sealed();
    await backup(folder, { data, engines });
    await platform.close();
    const [elsewhere, other] = [join(root, 'elsewhere'), join(root, 'other')];
    expect(await problemsOf(folder, elsewhere)).toEqual([]);
    const foreign = publicPem(sealKey({ data: other }));
    expect(await problemsOf(folder, elsewhere, foreign)).toEqual([expect.stringMatching(/SEAL_FORGED/)]);
    expect(await problemsOf(folder, other)).toEqual([expect.stringMatching(/SEAL_FORGED/)]);
    expect(await problemsOf(folder, other, publicPem(sealKey({ data })))).toEqual([]);
  });

  it('says that it has no seals if the service sends them elsewhere', async () => {
    const { data, platform, folder } = await sealed();
    await platform.close();
    const manifest = await backup(folder, { data, engines, seals: ['https://seals.example/bucket'] });
    expect(manifest.seals).toMatchObject({ included: false });
    expect(existsSync(join(folder, 'seals.jsonl'))).toBe(false);
    expect(await problemsOf(folder, data)).toEqual([]);
  });

  it('is verified if it was made by a release without seals in backups', async () => {
    const { data, platform, folder } = await sealed();
    await backup(folder, { data, engines });
    await platform.close();
    copyFileSync(join(folder, 'seals.jsonl'), join(folder, '..', 'kept.jsonl'));
    change(folder, 'seals.jsonl', (file) => rmSync(file));
    const file = join(folder, 'manifest.json');
    const { seals: _seals, ...former } = JSON.parse(readFileSync(file, 'utf8')) as { seals: unknown };
    writeFileSync(file, JSON.stringify(former));
    expect(await problemsOf(folder, data)).toEqual([]);
  });
});

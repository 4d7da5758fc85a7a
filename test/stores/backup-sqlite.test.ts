import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { checkpointsIn, documentsIn, faultsIn, jobsIn, logIn } from '@waymark/stores/sqlite/backup/contents';
import { lockFile } from '@waymark/stores/sqlite/backup/exclusive-lock';
import { SqliteSnapshot } from '@waymark/stores/sqlite/backup/snapshot';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { EmbeddedJobs } from '@waymark/stores/sqlite/jobs/embedded-jobs';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';

const openLog = (file: string): SqliteEventStore => {
  const store = new SqliteEventStore(file);
  afterwards(() => store.close());
  return store;
};

const note = (store: SqliteEventStore, count: number): Promise<unknown> =>
  store.append(
    'locker-1',
    'any',
    range(count).map((n) => newEvent('Noted', { n, text: 'x'.repeat(500) })),
  );

describe('a snapshot of a SQLite file', () => {
  it('contains the file as of its creation, whatever is written before and during the copy', async () => {
    const directory = temporaryDirectory();
    const [file, copy] = [join(directory, 'events.sqlite'), join(directory, 'copy', 'events.sqlite')];
    const store = openLog(file);
    await note(store, 20_000);
    const snapshot = new SqliteSnapshot(file);
    await note(store, 100);
    const reported: number[] = [];
    mkdirSync(join(directory, 'copy'));
    await snapshot.copyTo(copy, (bytes) => {
      reported.push(bytes);
      void note(store, 1);
    });
    snapshot.close();

    expect(reported.length).toBeGreaterThan(2);
    expect(reported).toEqual([...reported].sort((one, other) => one - other));
    expect(reported.at(-1)).toBe(snapshot.bytes);
    expect(logIn(copy)).toEqual({ events: 20_000, head: 20_000 });
    expect(faultsIn(copy)).toEqual([]);
    expect(readdirSync(join(directory, 'copy'))).toEqual(['events.sqlite']);
    const whole = await readWhole(store);
    expect(whole.length).toBeGreaterThan(20_100);
    expect(await readWhole(openLog(copy))).toEqual(whole.slice(0, 20_000));
  });
});

describe('the contents of files', () => {
  it('are read without changing the files', async () => {
    const directory = temporaryDirectory();
    const at = (name: string): string => join(directory, name);
    const rows = new SqliteRowStore(at('views.sqlite'));
    await rows.prepare({ name: 'one', version: 2, indexes: [] });
    await rows.control.put('member/1', 'none', { beat: 1 });
    await rows.control.put('view/one', 'none', {});
    const jobs = new EmbeddedJobs(at('jobs.sqlite'));
    await jobs.add({ kind: 'toy', data: {} });
    await note(openLog(at('events.sqlite')), 3);
    expect(checkpointsIn(at('views.sqlite'))).toEqual({ 'one@2': -1 });
    expect(documentsIn(at('views.sqlite'), 'member/')).toEqual([{ beat: 1 }]);
    expect(jobsIn(at('jobs.sqlite'))).toBe(1);
    expect(logIn(at('events.sqlite'))).toEqual({ events: 3, head: 3 });
    await Promise.all([rows.close(), jobs.close()]);
  });

  it('are reported as damaged if a page was overwritten or the file is not a database', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'events.sqlite');
    const store = new SqliteEventStore(file);
    await note(store, 1_000);
    await store.close();
    expect(faultsIn(file)).toEqual([]);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(4_096, 7), 0, 4_096, 20 * 4_096);
    closeSync(handle);
    expect(faultsIn(file)).not.toEqual([]);
    writeFileSync(file, 'This is no database, and never was one.\n'.repeat(200));
    expect(faultsIn(file)).toEqual([expect.stringContaining('not a database')]);
  });
});

describe('an exclusively locked SQLite file', () => {
  it('is not open in any process, and cannot be opened meanwhile', async () => {
    const file = join(temporaryDirectory(), 'events.sqlite');
    const store = new SqliteEventStore(file);
    await note(store, 10);
    // The other connection is idle, but has the file open.
    expect(lockFile(file)).toBeUndefined();
    await note(store, 10);
    await store.close();

    const held = lockFile(file)!;
    const refused = (): void => {
      const other = new Database(file, { timeout: 50 });
      expect(() => other.prepare('SELECT count(*) FROM events').get()).toThrow(/locked/);
      other.close();
    };
    refused();
    held.checkpoint();
    refused();
    held.release();
    expect(readdirSync(dirname(file))).toEqual(['events.sqlite']);
    expect(await readWhole(openLog(file))).toHaveLength(20);
  });

  it('can be renamed with all its content after the write-ahead log was written back', async () => {
    const directory = temporaryDirectory();
    const [file, moved] = [join(directory, 'events.sqlite'), join(directory, 'moved', 'events.sqlite')];
    const writer = new Database(file);
    writer.pragma('journal_mode = WAL');
    writer.exec('CREATE TABLE notes (text)');
    writer.close();
    // A write-ahead log that was not written back, as after a kill.
    const killed = new Database(file);
    killed.pragma('wal_autocheckpoint = 0');
    killed.exec("INSERT INTO notes VALUES ('one')");
    for (const end of ['-wal', '-shm']) copyFileSync(file + end, `${file}${end}.kept`);
    killed.close();
    for (const end of ['-wal', '-shm']) renameSync(`${file}${end}.kept`, file + end);

    const held = lockFile(file)!;
    held.checkpoint();
    mkdirSync(dirname(moved));
    renameSync(file, moved);
    held.release();
    expect(readdirSync(dirname(moved))).toEqual(['events.sqlite']);
    const found = new Database(moved);
    expect(found.prepare('SELECT text FROM notes').pluck().all()).toEqual(['one']);
    found.close();
  });
});

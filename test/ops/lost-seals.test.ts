import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { chaining } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

jest.setTimeout(120_000);

/** Append events to one stream of a data folder. */
async function recorded(folder: string, count: number): Promise<void> {
  const log = new SqliteEventStore(join(folder, 'events.sqlite'));
  await chaining(log).append(
    'projection-x',
    'any',
    range(count).map(() => newEvent('EventSkipped')),
  );
  await log.close();
}

/** A data folder with three seals. */
async function sealedFolder(): Promise<string> {
  const folder = temporaryDirectory();
  for (const count of [5, 3, 2]) {
    await recorded(folder, count);
    expect((await waymark(folder, 'seal')).code).toBe(0);
  }
  return folder;
}

const seals = (folder: string): string => join(folder, 'seals.jsonl');
const linesIn = (folder: string): string[] => readFileSync(seals(folder), 'utf8').trimEnd().split('\n');

const loss = {
  seals: (folder: string) => rmSync(seals(folder)),
  views: (folder: string) => {
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `views.sqlite${end}`), { force: true });
  },
  record: (folder: string) => {
    const db = new Database(join(folder, 'events.sqlite'));
    db.exec('DROP TABLE seal_record');
    db.close();
  },
};

describe('a log without the seals that it had', () => {
  it.each<[what: string, ...lose: ((folder: string) => void)[]]>([
    ['the file is lost', loss.seals],
    ['the file and the views are lost', loss.seals, loss.views],
    ["the file and the log's record are lost", loss.seals, loss.record],
    [
      'the last seal is missing',
      (folder) => writeFileSync(seals(folder), `${linesIn(folder).slice(0, 2).join('\n')}\n`),
    ],
    ['the file is empty', (folder) => writeFileSync(seals(folder), '')],
  ])('is not verified and not sealed anew: %s', async (_what, ...lose) => {
    const folder = await sealedFolder();
    for (const each of lose) each(folder);
    const left = existsSync(seals(folder)) ? readFileSync(seals(folder), 'utf8') : undefined;
    const verified = await waymark(folder, 'verify');
    expect(verified).toMatchObject({ code: 1, out: expect.stringMatching(/^SEAL_MISSING: Seal 3, which/) });
    await recorded(folder, 1);
    expect(await waymark(folder, 'seal')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^SEALS_LOST: /),
    });
    expect(existsSync(seals(folder)) ? readFileSync(seals(folder), 'utf8') : undefined).toBe(left);
  });

  it('is not verified with another series, signed with the same key', async () => {
    const folder = await sealedFolder();
    const other = await sealedFolder();
    renameSync(join(folder, 'keys'), join(other, 'keys-of-the-log'));
    renameSync(join(other, 'keys'), join(folder, 'keys'));
    rmSync(seals(folder));
    writeFileSync(seals(folder), readFileSync(seals(other)), { mode: 0o600 });
    expect((await waymark(folder, 'verify')).code).toBe(1);
    expect(await waymark(folder, 'seal')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^SEALS_LOST: /),
    });
  });

  it('is taken for a log that was never sealed if all that recorded it is gone', async () => {
    const folder = await sealedFolder();
    for (const lose of [loss.seals, loss.views, loss.record]) lose(folder);
    // Nothing on this machine can know better. Seals that are stored elsewhere do.
    expect(await waymark(folder, 'verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('not sealed yet'),
    });
  });

  it('begins a new series only if it is asked for, and records that', async () => {
    const folder = await sealedFolder();
    expect(await waymark(folder, 'seal', '--anew')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^SEALS_THERE: /),
    });
    const last = linesIn(folder).at(-1);
    loss.seals(folder);
    expect(await waymark(folder, 'seal', '--anew')).toMatchObject({
      code: 0,
      out: '10 events sealed now, 10 in total.\n',
    });
    const log = new SqliteEventStore(join(folder, 'events.sqlite'), { readonly: true });
    const record = JSON.parse((await log.sealRecord())!) as object;
    await log.close();
    expect(record).toMatchObject({
      series: 2,
      ...{ last: linesIn(folder)[0], through: 10 },
      former: [{ last, endedAt: expect.stringMatching(/Z$/) }],
    });
    expect((await waymark(folder, 'verify')).code).toBe(0);
    await recorded(folder, 1);
    expect(await waymark(folder, 'seal')).toMatchObject({
      code: 0,
      out: '1 events sealed now, 11 in total.\n',
    });
  });

  it('accepts a named file that ends earlier, but not one without seals', async () => {
    const folder = await sealedFolder();
    const copy = join(temporaryDirectory(), 'copy.jsonl');
    writeFileSync(copy, '');
    expect(await waymark(folder, 'verify', '--seals', copy)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^NO_SEALS: /m),
    });
    appendFileSync(copy, `${linesIn(folder)[0]!}\n`);
    expect(await waymark(folder, 'verify', '--seals', copy)).toMatchObject({
      code: 0,
      out: expect.stringContaining('5 of them are covered by 1 seal.'),
    });
  });
});

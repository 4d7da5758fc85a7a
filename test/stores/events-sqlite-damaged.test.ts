import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type EventStore, StreamDamaged } from '@waymark/core/kernel';
import { chaining, verifyLog } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, closedAfterwards, temporaryDirectory } from '../support/stores';

/** The table as earlier releases created it, without constraints. */
const FORMER_TABLE = `
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);`;

const COPY = 'INSERT INTO events SELECT * FROM kept';

/** A file with five events in two streams, changed with statements as somebody with access to it could. */
async function fileWith(...statements: readonly string[]): Promise<string> {
  const file = join(temporaryDirectory(), 'events.sqlite');
  const store = new SqliteEventStore(file);
  const log = chaining(store);
  for (const stream of ['locker-a', 'locker-b', 'locker-a', 'locker-a', 'locker-b'])
    await log.append(stream, 'any', [newEvent('Noted', { secret: 'Zoë' })]);
  await store.close();
  const db = new Database(file);
  db.pragma('ignore_check_constraints = ON');
  for (const statement of statements) db.exec(statement);
  db.close();
  return file;
}

/** The statements that replace the table by another one with the same rows. */
const replacedBy = (...definition: readonly string[]): string[] => [
  'CREATE TABLE kept AS SELECT * FROM events; DROP TABLE events',
  ...definition,
];

const made = (position: string, stream = 'role-x', revision = '0'): string =>
  `INSERT INTO events SELECT ${position}, '${stream}', ${revision}, id, type, data, metadata
   FROM events WHERE position = 1`;

describe('a SQLite file whose events a log cannot have', () => {
  it.each<[what: string, ...statements: readonly string[]]>([
    ['a position below the first', made('-5')],
    ['a position that is too large', made('9007199254740993')],
    ['a revision below the first', made('77', 'role-x', '-1')],
    ['a stream that does not begin at revision 0', made('77', 'role-x', '3')],
    ['a gap in a stream', 'DELETE FROM events WHERE position = 3'],
    ['a repeated revision', 'DROP INDEX events_by_stream', made('77', 'locker-b')],
    [
      'a repeated revision that fills the count of a gap',
      'DROP INDEX events_by_stream',
      `UPDATE events SET revision = 0 WHERE stream = 'locker-a' AND revision = 1`,
    ],
    [
      'an index that is not unique',
      'DROP INDEX events_by_stream',
      'CREATE INDEX events_by_stream ON events (stream, revision)',
    ],
    [
      'an index of a part of the rows',
      'DROP INDEX events_by_stream',
      'CREATE UNIQUE INDEX events_by_stream ON events (stream, revision) WHERE position > 9',
    ],
    ['columns without types', ...replacedBy(FORMER_TABLE.replace(') STRICT', ')'), COPY)],
    ['another column', 'ALTER TABLE events ADD COLUMN more TEXT'],
    ['a view instead of the table', ...replacedBy('CREATE VIEW events AS SELECT * FROM kept')],
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events WHERE position = 1; END'],
  ])('is refused: %s', async (_what, ...statements) => {
    const file = await fileWith(...statements);
    const opening = (): unknown => new SqliteEventStore(file);
    expect(opening).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
    expect(opening).toThrow(/waymark verify/);
  });

  it('is accepted with the table of earlier releases, which is still checked', async () => {
    const file = await fileWith(...replacedBy(FORMER_TABLE, COPY));
    const store = new SqliteEventStore(file);
    expect(await readWhole(store)).toHaveLength(5);
    await store.append('locker-c', 'none', [newEvent('Noted')]);
    await store.close();
    const db = new Database(file);
    db.exec(made('-5'));
    db.close();
    expect(() => new SqliteEventStore(file)).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
  });

  it('cannot be made by statements that keep the constraints', async () => {
    const db = new Database(await fileWith());
    afterwards(() => db.close());
    for (const [position, revision] of [
      ['-5', '0'],
      ['9007199254740993', '0'],
      ['77', '-1'],
    ] as const)
      expect(() => db.exec(made(position, 'role-x', revision))).toThrow(/CHECK constraint failed/);
  });

  it('is opened to be verified, which names what lies outside', async () => {
    const file = await fileWith(made('-5'), made('9007199254740993', 'role-y'));
    const store = closedAfterwards(new SqliteEventStore(file, { readonly: true }));
    const { hidden, fault, events } = await verifyLog(store);
    expect(events).toBe(5);
    expect(hidden).toMatchObject([
      { what: 'outside', stream: 'role-x', position: -5 },
      { what: 'outside', stream: 'role-y' },
    ]);
    expect(fault).toMatchObject({ kind: 'HIDDEN', stream: 'role-x', position: -5 });
  });
});

describe('a SQLite file that is changed while it is open', () => {
  let file: string;
  let store: EventStore;
  const change = (statement: string): void => {
    const db = new Database(file);
    db.pragma('ignore_check_constraints = ON');
    db.exec(statement);
    db.close();
  };

  beforeEach(async () => {
    file = await fileWith();
    store = closedAfterwards(new SqliteEventStore(file));
  });

  it.each(['-5', '9007199254740993'])('refuses a stream with an event at position %s', async (position) => {
    change(made(position));
    await expect(store.readStream('role-x')).rejects.toMatchObject({ code: 'STREAM_CHANGED' });
    await expect(store.readStream('role-x', { direction: 'backwards' })).rejects.toThrow(StreamDamaged);
    const [refused, ...others] = await Promise.allSettled(
      ['role-x', 'locker-a', 'locker-c'].map((stream) => store.append(stream, 'any', [newEvent('Noted')])),
    );
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'STREAM_CHANGED' } });
    expect(others).toMatchObject(range(2).map(() => ({ status: 'fulfilled' })));
    expect((await readWhole(store)).map(({ stream }) => stream)).not.toContain('role-x');
  });

  it.each(['data', 'metadata'])(
    'refuses an event whose %s is not a JSON object, without its text',
    async (field) => {
      for (const text of ['{"secret":"Zo', '"Zoë"', 'null', '7', '']) {
        change(`UPDATE events SET ${field} = '${text}' WHERE position = 1`);
        for (const reading of [store.readStream('locker-a'), store.readAll(-1, 10)]) {
          await expect(reading).rejects.toMatchObject({ code: 'STREAM_CHANGED', stream: 'locker-a' });
          await expect(reading).rejects.not.toThrow(/Zo/);
        }
      }
    },
  );
});

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { randomFrom } from '../../crash/moments';
import { afterwards, temporaryDirectory } from '../../support/stores';
import { Notary, write } from './given';
import { type Bytes, expectEveryFaultFound, foundWithoutSeals, insertOutside, ways } from './tampering';

jest.setTimeout(120_000);

const TRIALS = 1_000;
const seed = Number(process.env['TAMPER_SEED'] ?? Date.now() % 2 ** 31);

/** Direct access to the table for an attacker with access to the file, without its constraints. */
function fileOf(path: string): { read: () => Bytes[]; write: (log: readonly Bytes[]) => void } {
  const db = new Database(path);
  afterwards(() => db.close());
  db.pragma('synchronous = OFF');
  db.pragma('ignore_check_constraints = ON');
  db.exec('DROP INDEX events_by_stream');
  const blobs = ['stream', 'id', 'type', 'data', 'metadata'].map(
    (name) => `CAST(${name} AS BLOB) AS ${name}`,
  );
  const select = db.prepare<[], Bytes>(
    `SELECT position, revision, ${blobs.join()} FROM events ORDER BY position`,
  );
  const insert = db.prepare(
    `INSERT INTO events (position, revision, stream, id, type, data, metadata)
     VALUES (@position, @revision, ${['stream', 'id', 'type', 'data', 'metadata'].map((name) => `CAST(@${name} AS TEXT)`).join()})`,
  );
  const rewrite = db.transaction((log: readonly Bytes[]) => {
    db.exec('DELETE FROM events');
    for (const event of log) insert.run(event);
  });
  return { read: () => select.all(), write: (log) => rewrite(log) };
}

/** A log of some seventy events, sealed in three parts. */
async function sealedLog() {
  const path = join(temporaryDirectory(), 'events.sqlite');
  const store = new SqliteEventStore(path);
  afterwards(() => store.close());
  const notary = new Notary();
  for (const count of [20, 31, 22]) {
    await write(store, count);
    await notary.seal(store);
  }
  const file = fileOf(path);
  const log = file.read().map((event) => ({ ...event, position: event.position * 10 }));
  return { log, rewrite: file.write, store, seals: notary.seals };
}

describe(`tampering with a log in SQLite, TAMPER_SEED=${String(seed)}`, () => {
  it(`is detected in ${String(TRIALS)} trials if the log is sealed, without false alarms`, async () => {
    const attacked = await sealedLog();
    await expectEveryFaultFound(TRIALS, randomFrom(seed), { ...attacked, more: [insertOutside] });
  });

  it.each(Object.entries({ ...ways.always, insertOutside }))(
    'is detected without seals: %s',
    async (_name, way) => {
      expect(await foundWithoutSeals(way, 100, randomFrom(seed), await sealedLog())).toBe(100);
    },
  );

  it.each(Object.entries(ways.sometimes))('may be detected without seals: %s', async (_name, way) => {
    const found = await foundWithoutSeals(way, 100, randomFrom(seed), await sealedLog());
    expect(found).toBeGreaterThan(0);
  });

  it.each(Object.entries(ways.never))('is not detected without seals: %s', async (_name, way) => {
    expect(await foundWithoutSeals(way, 100, randomFrom(seed), await sealedLog())).toBe(0);
  });
});

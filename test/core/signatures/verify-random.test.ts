import { join } from 'node:path';
import Database from 'better-sqlite3';
import { verifyLog } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { randomFrom } from '../../crash/moments';
import { afterwards, temporaryDirectory } from '../../support/stores';
import { Notary, write } from './given';
import { type Bytes, expectEveryFaultFound } from './tampering';

jest.setTimeout(120_000);

const TRIALS = 1_000;
const seed = Number(process.env['TAMPER_SEED'] ?? Date.now() % 2 ** 31);

/** Direct access to the table for an attacker with access to the file, without its constraints. */
function fileOf(path: string): { read: () => Bytes[]; write: (log: readonly Bytes[]) => void } {
  const db = new Database(path);
  afterwards(() => db.close());
  db.pragma('synchronous = OFF');
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

describe(`tampering with a sealed log in SQLite, TAMPER_SEED=${String(seed)}`, () => {
  it(`is detected in ${String(TRIALS)} trials, without false alarms`, async () => {
    const random = randomFrom(seed);
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
    const verify = () => verifyLog(store, notary.seals);
    await expectEveryFaultFound(TRIALS, random, { log, rewrite: file.write, verify });
  });
});

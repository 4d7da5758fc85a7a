import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Refusal, type RowSet, START } from '@waymark/core/kernel';
import { hasOtherSchema } from '@waymark/stores/sqlite/rows/schema';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { connections } from '../contracts/connections';
import { controlStoreContract } from '../contracts/control-store.contract';
import { rowStoreContract } from '../contracts/row-store.contract';
import type { OpenedRowStore } from '../contracts/row-store/given';
import { closedAfterwards, openStores, temporaryDirectory } from '../support/stores';

const open = (): Promise<OpenedRowStore> => {
  const file = join(temporaryDirectory(), 'views.sqlite');
  const connect = (): SqliteRowStore => closedAfterwards(new SqliteRowStore(file));
  return Promise.resolve(connections(connect));
};

rowStoreContract('SQLite', open);
controlStoreContract('SQLite', open);

describe('SQLite row store', () => {
  it('writes queued batches when it is closed, and refuses later ones', async () => {
    const view = { name: 'lockers', version: 1, indexes: [] };
    const { rows, connect } = openStores();
    const changes = new Map([['1', { row: { hall: 'north' }, loaded: undefined }]]);
    await rows.prepare(view);
    const waiting = rows.commit(view, { from: START, to: 7, epoch: 0, changes });
    await rows.close();

    await expect(waiting).resolves.toBeUndefined();
    await expect(rows.commit(view, { from: 7, to: 8, epoch: 0, changes })).rejects.toThrow(/not open/);
    const { rows: again } = connect();
    expect([await again.checkpoint(view), await again.find(view)]).toEqual([
      7,
      [{ key: '1', row: { hall: 'north' } }],
    ]);
  });
});

describe("a SQLite file of rows with another release's schema", () => {
  const LOCKERS: RowSet = { name: 'lockers', version: 1, indexes: [] };
  const file = (): string => join(temporaryDirectory(), 'views.sqlite');
  /** Access a file directly, bypassing the store. */
  const inside = <T>(path: string, work: (db: Database.Database) => T): T => {
    const db = new Database(path);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  const tables = (path: string): unknown[] =>
    inside(path, (db) => db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());

  /** A file with rows and another schema version. */
  async function another(form: number): Promise<string> {
    const path = file();
    const store = new SqliteRowStore(path);
    await store.prepare(LOCKERS);
    await store.close();
    inside(path, (db) => db.pragma(`user_version = ${String(form)}`));
    return path;
  }

  it.each([0, 1, 2, 9])(
    'is left unchanged, with an error that says what to do (version %d)',
    async (form) => {
      const path = await another(form);
      const before = tables(path);
      expect(hasOtherSchema(path)).toBe(true);
      expect(() => new SqliteRowStore(path)).toThrow(Refusal);
      expect(() => new SqliteRowStore(path)).toThrow(
        expect.objectContaining({ code: 'VIEWS_OF_ANOTHER_RELEASE' }),
      );

      expect(before).toContain('lockers@1');
      expect(tables(path)).toEqual(before);
      expect(inside(path, (db) => db.pragma('user_version', { simple: true }))).toBe(form);
    },
  );

  it('is reset once if that is requested', async () => {
    const path = await another(1);
    const store = new SqliteRowStore(path, { reset: true });
    expect(await store.names()).toEqual([]);
    await store.prepare(LOCKERS);
    await store.close();

    expect(hasOtherSchema(path)).toBe(false);
    for (const options of [{ reset: true }, {}]) {
      const again = new SqliteRowStore(path, options);
      expect(await again.names()).toEqual(['lockers@1']);
      await again.close();
    }
  });

  it('is not reported for a missing or empty file', async () => {
    const path = file();
    expect(hasOtherSchema(path)).toBe(false);
    inside(path, (db) => db.pragma('journal_mode = WAL'));
    expect(hasOtherSchema(path)).toBe(false);
    const store = new SqliteRowStore(path);
    expect(await store.names()).toEqual([]);
    await store.close();
  });
});

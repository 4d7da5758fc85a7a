import { Collection, type CommandStartedEvent, type Db, type Document, MongoServerError } from 'mongodb';
import { type RowChange, type RowSet, START } from '@waymark/core/kernel';
import { openDatabase } from '@waymark/stores/mongodb/connection';
import { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';
import { controlStoreContract } from '../contracts/control-store.contract';
import { rowStoreContract } from '../contracts/row-store.contract';
import type { OpenedRowStore } from '../contracts/row-store/given';
import { range } from '../support/events';
import { forTests, startMongoDb } from '../support/mongodb/server';
import { afterwards } from '../support/stores';

const server = forTests(startMongoDb);

async function open(): Promise<OpenedRowStore> {
  const url = server().database();
  const connect = async (): Promise<MongoRowStore> => {
    const store = await MongoRowStore.open(url);
    afterwards(() => store.close());
    return store;
  };
  const store = await connect();
  return {
    store,
    reopen: async () => {
      await store.close();
      return connect();
    },
    second: connect,
    close: () => store.close(),
  };
}

rowStoreContract('MongoDB', open);
controlStoreContract('MongoDB', open);

const LOCKERS: RowSet = { name: 'lockers', version: 1, indexes: ['hall', 'state'] };

describe('MongoDB row store', () => {
  let db: Db;
  let store: MongoRowStore;
  let commands: Document[];

  beforeEach(async () => {
    db = openDatabase(server().database(), { monitorCommands: true, maxPoolSize: 3 });
    store = new MongoRowStore(db);
    afterwards(() => store.close());
    commands = [];
    db.client.on('commandStarted', ({ command }: CommandStartedEvent) => commands.push(command));
    await store.prepare(LOCKERS);
    await store.commit(LOCKERS, { from: START, to: 1, epoch: 0, changes: halls(40) });
  });

  const halls = (count: number, loaded?: number) =>
    new Map<string, RowChange>(
      range(count).map((n) => [
        `locker-${String(n)}`,
        { row: { hall: String(n % 4), state: 'open' }, loaded },
      ]),
    );
  const sent = (name: string): Document[] => commands.filter((command) => name in command);

  /** The query plan, if the server can explain; not every server with this protocol can. */
  const explained = async (query: Document): Promise<string | undefined> => {
    const { find, filter, sort = {}, hint = {} } = query;
    return db.command({ explain: { find, filter, sort, hint } }).then(
      (plan) => JSON.stringify(plan),
      (error: unknown) => {
        expect(error).toMatchObject({ codeName: 'CommandNotFound' });
        return undefined;
      },
    );
  };

  it('reads only by index: checked by the query plan if available, otherwise by the hint or the ids in each query', async () => {
    await store.control.put('owner/lockers', 'none', {});
    commands = [];
    await store.load(LOCKERS, ['locker-1', 'locker-2']);
    await store.find(LOCKERS, { limit: 2 });
    await store.find(LOCKERS, { where: { hall: '1' }, after: 'locker-3', limit: 2 });
    await store.find(LOCKERS, { where: { state: 'open', hall: '2' } });
    await store.find(LOCKERS, { where: { state: 'open' } });
    await store.parked(LOCKERS);
    await store.checkpoint(LOCKERS);
    await store.control.get('owner/lockers');
    await store.control.list('owner/');

    const queries = sent('find');
    // Each of the five reads of rows is followed by a read of the checkpoint.
    expect(queries).toHaveLength(9 + 5);
    for (const query of queries) {
      const indexes = (await db.collection(query['find']).indexes()).map(({ key }) => key);
      const [first] = Object.keys(query['hint'] ?? query['filter']);
      expect(indexes).toContainEqual(query['hint'] ?? { _id: 1 });
      // A scan of the _id index may start at the first id, without a filter.
      if (first !== '_id') expect(query['filter']).toHaveProperty([first!]);
      const plan = await explained(query);
      if (plan !== undefined) {
        expect(plan).not.toContain('COLLSCAN');
        expect(plan).toMatch(/IXSCAN|IDHACK/);
      }
    }
    expect(queries.slice(0, 4).map(({ find }) => find as unknown)).toEqual([
      'rows.lockers@1',
      'checkpoints',
      'rows.lockers@1',
      'checkpoints',
    ]);
    expect(new Set(queries.map(({ hint, filter }) => Object.keys(hint ?? filter)[0]))).toEqual(
      new Set(['_id', 'row.hall', 'row.state', 'parked.position']),
    );
  });

  it('creates field indexes on request, and the index of parked rows immediately', async () => {
    const later = { ...LOCKERS, version: 2 };
    const fields = async (): Promise<string[]> =>
      (await db.collection('rows.lockers@2').indexes()).map(({ key }) => Object.keys(key).join()).sort();
    await store.prepare(later, 'later');
    expect(await fields()).toEqual(['_id', 'parked.position']);

    await store.index(later);
    expect(await fields()).toEqual(['_id', 'parked.position', 'row.hall,_id', 'row.state,_id']);
  });

  it('reports all indexes as missing if the collection does not exist, and passes on other errors', async () => {
    const said = (code: number): MongoServerError => new MongoServerError({ message: 'no', code });
    const indexes = jest.spyOn(Collection.prototype, 'indexes');
    afterwards(() => indexes.mockRestore());
    indexes.mockRejectedValueOnce(said(26)).mockRejectedValueOnce(said(13));

    expect(await store.missingIndexes({ ...LOCKERS, version: 2 })).toEqual(['hall', 'state']);
    await expect(store.missingIndexes(LOCKERS)).rejects.toMatchObject({ code: 13 });
  });

  it('writes with a majority write concern, and reads with a majority read concern', async () => {
    await store.commit(LOCKERS, { from: 1, to: 2, epoch: 0, changes: halls(2, 1) });
    await store.fence(LOCKERS, 1);
    await store.control.put('a', 'none', {});
    await store.control.remove('a', 1);
    await store.load(LOCKERS, ['locker-1']);

    for (const name of ['insert', 'update', 'findAndModify', 'delete']) {
      expect(sent(name)).not.toHaveLength(0);
      for (const command of sent(name)) {
        expect(command['writeConcern']).toMatchObject({ w: 'majority', j: true });
      }
    }
    expect(sent('find')).not.toHaveLength(0);
    for (const command of sent('find')) expect(command['readConcern']).toEqual({ level: 'majority' });
  });

  it('writes a batch with one command for inserts and one for updates, and then moves the checkpoint', async () => {
    commands = [];
    const changes = halls(40, 1).set('new', { row: {}, loaded: undefined });
    await store.commit(LOCKERS, { from: 1, to: 2, epoch: 0, changes });

    const of = ({ find, insert, update }: Document): unknown => find ?? insert ?? update;
    expect(commands.map(of).at(0)).toBe('checkpoints');
    expect(commands.map(of).slice(1, -1)).toEqual(['rows.lockers@1', 'rows.lockers@1']);
    expect(commands.map(of).at(-1)).toBe('checkpoints');
    expect(commands).toHaveLength(4);
  });

  it('opens no more connections than the limit', async () => {
    let open = 0;
    let most = 0;
    db.client.on('connectionCreated', () => (most = Math.max(most, (open += 1))));
    db.client.on('connectionClosed', () => (open -= 1));
    await Promise.all(range(30).map(() => store.find(LOCKERS)));

    expect(most).toBeLessThanOrEqual(3);
    expect(most).toBeGreaterThan(0);
  });

  it("writes nothing of a batch with a row that exceeds MongoDB's size limit", async () => {
    const changes = halls(3, 1).set('large', { row: { x: 'x'.repeat(2 ** 24) }, loaded: undefined });
    await expect(store.commit(LOCKERS, { from: 1, to: 2, epoch: 0, changes })).rejects.toThrow(/larger/);

    expect(await store.checkpoint(LOCKERS)).toBe(1);
    expect([...(await store.load(LOCKERS, ['locker-0', 'large'])).values()]).toEqual([
      { row: { hall: '0', state: 'open' }, position: 1 },
    ]);
  });

  it('keeps the rows of a generation in a collection named after it, next to checkpoints and control documents', async () => {
    await store.prepare({ ...LOCKERS, name: 'Lockers $1/é', generation: 3 });
    await store.control.put('a', 'none', {});

    expect((await db.listCollections().toArray()).map(({ name }) => name as string).sort()).toEqual([
      'checkpoints',
      'control',
      'rows.Lockers%20%241%2F%C3%A9@1.3',
      'rows.lockers@1',
    ]);
  });
});

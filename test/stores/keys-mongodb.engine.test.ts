import { StoreUnavailable } from '@waymark/core/kernel';
import { openDatabase } from '@waymark/stores/mongodb/connection';
import { MongoKeyStore } from '@waymark/stores/mongodb/keys/mongo-key-store';
import { keyStoreContract, type OpenedKeyStore } from '../contracts/key-store.contract';
import { forTests, startMongoDb, startOwnMongoDb } from '../support/mongodb/server';
import { afterwards } from '../support/stores';

const server = forTests(startMongoDb);

async function connected(url: string): Promise<MongoKeyStore> {
  const store = await MongoKeyStore.open(url, { serverSelectionTimeoutMS: 1_000 });
  afterwards(() => store.close());
  return store;
}

keyStoreContract('MongoDB', async (): Promise<OpenedKeyStore> => {
  const url = server().database();
  return { store: await connected(url), second: () => connected(url) };
});

describe('MongoDB key store', () => {
  it('keeps nothing of a destroyed key', async () => {
    const url = server().database();
    const store = await connected(url);
    await store.add('zara', { master: 'm1', wrapped: Buffer.from('wrapped') });
    await store.destroy('zara', '2026-03-01T09:00:00.000Z');

    const db = openDatabase(url);
    afterwards(() => db.client.close());
    expect(await db.collection('keys').find().toArray()).toEqual([
      { _id: 'zara', destroyedAt: '2026-03-01T09:00:00.000Z' },
    ]);
  });

  it('reports which store does not answer', async () => {
    const own = await startOwnMongoDb();
    const store = await connected(own.database());
    await own.stop();

    const failed = store.load(['zara']);
    await expect(failed).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(failed).rejects.toThrow('the key store does not answer');
  });
});

export { MongoKeyStore } from '@waymark/adapters/keys-mongodb/mongo-key-store';
export { MongoRowStore } from '@waymark/adapters/rows-mongodb/mongo-row-store';

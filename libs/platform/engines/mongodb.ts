export { MongoKeyStore } from '@waymark/stores/mongodb/keys/mongo-key-store';
export { MongoRowStore } from '@waymark/stores/mongodb/rows/mongo-row-store';

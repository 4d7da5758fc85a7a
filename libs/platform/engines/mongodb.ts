export { MongoRowStore } from '@waymark/adapters/rows-mongodb/mongo-row-store';

import {
  type BulkWriteResult,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
  type TopologyDescription,
} from 'mongodb';
import { CheckpointMoved, StoreUnavailable } from '@waymark/core/kernel';
import { answered, openDatabase } from '@waymark/stores/mongodb/connection';

describe('a MongoDB connection string', () => {
  it.each([
    ['mongodb://one', 'waymark'],
    ['mongodb://one/', 'waymark'],
    ['mongodb://one/?appName=x/y', 'waymark'],
    ['mongodb://user:pass@one:1,two:2/other?replicaSet=rs0', 'other'],
    ['mongodb://one/caf%C3%A9', 'café'],
  ])('determines the database: %s', (url, name) => {
    expect(openDatabase(url).databaseName).toBe(name);
  });

  it.each([
    'http://u:s3cret@one',
    'mongodb://u:s3 cret@one:99999999/x',
    'mongodb://u:s3cret@one/?tls=s3cret',
    's3cret',
  ])('is refused with a message that does not repeat it: %s', (url) => {
    expect(() => openDatabase(url)).toThrow(/^((?!s3).)*connection string((?!s3).)*$/);
  });
});

describe('a MongoDB error', () => {
  const network = new MongoNetworkError('connection 7 to 127.0.0.1:27017 closed');
  const server = (code: number): MongoServerError => new MongoServerError({ message: 'no', code });
  const bulk = (error: ConstructorParameters<typeof MongoBulkWriteError>[0] | Error): MongoBulkWriteError =>
    new MongoBulkWriteError(error as MongoServerError, {} as BulkWriteResult);

  it.each([
    ['a broken connection', network],
    ['no available server', new MongoServerSelectionError('timed out', {} as TopologyDescription)],
    ['a server that is shutting down', server(91)],
    ['a server that is no longer the primary', server(10_107)],
    ['a majority that does not respond in time', server(64)],
    [
      'a write that was not confirmed by a majority',
      new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting timed out' } }),
    ],
    ['a broken connection in a bulk write', bulk(network)],
    ['a lost primary in a bulk write', bulk(server(189))],
    ['a bulk write that was not confirmed by a majority', bulk({ message: 'waiting timed out', code: 64 })],
    ['a bulk write that cannot be confirmed by a majority', bulk({ message: 'not enough nodes', code: 100 })],
  ])('is reported as an unknown outcome: %s', async (_, error) => {
    const refused = answered(() => Promise.reject(error));

    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(refused).rejects.toMatchObject({ message: 'the view store does not answer', cause: error });
  });

  it.each([
    ['no permission to write', server(13)],
    ['no permission for a bulk write', bulk(server(13))],
    ['a refused row', bulk({ message: 'too deep', code: 15 })],
    ['a concurrent change by another writer', new CheckpointMoved('lockers', 1, 2)],
    ['a programming error', new TypeError('x is not a function')],
  ])('is passed on if the server answered: %s', async (_, error) => {
    await expect(answered(() => Promise.reject(error))).rejects.toBe(error);
  });
});

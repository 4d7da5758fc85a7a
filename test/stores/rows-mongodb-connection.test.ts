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

describe('a connection string of MongoDB', () => {
  it.each([
    ['mongodb://one', 'waymark'],
    ['mongodb://one/', 'waymark'],
    ['mongodb://one/?appName=x/y', 'waymark'],
    ['mongodb://user:pass@one:1,two:2/other?replicaSet=rs0', 'other'],
    ['mongodb://one/caf%C3%A9', 'café'],
  ])('names the database: %s', (url, name) => {
    expect(openDatabase(url).databaseName).toBe(name);
  });

  it.each([
    'http://u:s3cret@one',
    'mongodb://u:s3 cret@one:99999999/x',
    'mongodb://u:s3cret@one/?tls=s3cret',
    's3cret',
  ])('is refused in words that do not repeat it: %s', (url) => {
    expect(() => openDatabase(url)).toThrow(/^((?!s3).)*connection string((?!s3).)*$/);
  });
});

describe('an error of MongoDB', () => {
  const network = new MongoNetworkError('connection 7 to 127.0.0.1:27017 closed');
  const server = (code: number): MongoServerError => new MongoServerError({ message: 'no', code });
  const bulk = (error: ConstructorParameters<typeof MongoBulkWriteError>[0] | Error): MongoBulkWriteError =>
    new MongoBulkWriteError(error as MongoServerError, {} as BulkWriteResult);

  it.each([
    ['a connection that breaks', network],
    ['no server', new MongoServerSelectionError('timed out', {} as TopologyDescription)],
    ['a server that shuts down', server(91)],
    ['a server that is the primary no longer', server(10_107)],
    ['a majority that is not heard of in time', server(64)],
    [
      'a write that a majority has not confirmed',
      new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting timed out' } }),
    ],
    ['a connection that breaks in a bulk write', bulk(network)],
    ['a primary that goes in a bulk write', bulk(server(189))],
    ['a bulk write that a majority has not confirmed', bulk({ message: 'waiting timed out', code: 64 })],
    ['a bulk write that no majority can confirm', bulk({ message: 'not enough nodes', code: 100 })],
  ])('says that the outcome is unknown: %s', async (_, error) => {
    const refused = answered(() => Promise.reject(error));

    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(refused).rejects.toMatchObject({ message: 'the view store does not answer', cause: error });
  });

  it.each([
    ['no right to write', server(13)],
    ['no right to write many', bulk(server(13))],
    ['a row that is refused', bulk({ message: 'too deep', code: 15 })],
    ['what another writer did', new CheckpointMoved('lockers', 1, 2)],
    ['a fault of ours', new TypeError('x is not a function')],
  ])('is passed on where there was an answer: %s', async (_, error) => {
    await expect(answered(() => Promise.reject(error))).rejects.toBe(error);
  });
});

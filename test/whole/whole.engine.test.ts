import { emptyEventStore } from '../support/eventstoredb/start';
import { startMongoDb } from '../support/mongodb/server';
import { redisForTests } from '../support/redis/redis-server';
import { afterwards } from '../support/stores';
import { type Outcome, wholeProgramme } from './whole';

jest.setTimeout(600_000);

describe('the sample programme, after an import and commands over HTTP', () => {
  let embedded: Outcome;
  beforeAll(async () => {
    embedded = await wholeProgramme({});
  });

  it('gives a result that is not empty', () => {
    const lines = Object.values(embedded.views).map((rows) => rows.split('\n').length);
    expect(Math.min(...lines)).toBeGreaterThanOrEqual(1);
    expect(Object.values(embedded.answers).filter((answer) => !answer.endsWith('"status":200}'))).toEqual([]);
  });

  it('gives the same result, byte for byte, a second time', async () => {
    expect(await wholeProgramme({})).toEqual(embedded);
  });

  it('gives the same result, byte for byte, on EventStoreDB, MongoDB and Redis', async () => {
    const [events, mongodb, redis] = [await emptyEventStore(), await startMongoDb(), await redisForTests()];
    afterwards(() => Promise.all([mongodb.stop(), redis.close()]));

    expect(await wholeProgramme({ events, rows: mongodb.url, jobs: redis.url })).toEqual(embedded);
  });
});

import { BullMqJobs } from '@waymark/stores/redis/jobs/bullmq-jobs';
import { jobsContract } from '../contracts/jobs.contract';
import { startProcess } from '../support/process';
import { forget, ownPrefix, redisForTests } from '../support/redis/redis-server';
import { afterwards } from '../support/stores';

let redis: Awaited<ReturnType<typeof redisForTests>>;
beforeAll(async () => {
  redis = await redisForTests();
});
afterAll(() => redis.close());

jobsContract('BullMQ', async (options = {}) => {
  const where = { url: redis.url, prefix: ownPrefix(), ...options };
  afterwards(() => forget(where.url, where.prefix));
  const connect = async (): Promise<BullMqJobs> => {
    const jobs = await BullMqJobs.open(where);
    afterwards(() => jobs.close());
    return jobs;
  };
  const jobs = await connect();
  return {
    jobs,
    second: connect,
    reopen: async () => {
      await jobs.close();
      return connect();
    },
    startWorker: () => startProcess('job-worker.ts', JSON.stringify(where)),
    close: () => jobs.close(),
  };
});

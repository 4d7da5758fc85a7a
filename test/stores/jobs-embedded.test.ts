import { join } from 'node:path';
import { EmbeddedJobs, type EmbeddedJobsOptions } from '@waymark/stores/sqlite/jobs/embedded-jobs';
import { jobsContract } from '../contracts/jobs.contract';
import { startProcess } from '../support/process';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(60_000); // starting processes is slow on a busy machine

jobsContract('SQLite', (options: EmbeddedJobsOptions = {}) => {
  const file = join(temporaryDirectory(), 'jobs.sqlite');
  const connect = (): EmbeddedJobs => {
    const jobs = new EmbeddedJobs(file, options);
    afterwards(() => jobs.close());
    return jobs;
  };
  const jobs = connect();
  return Promise.resolve({
    jobs,
    second: () => Promise.resolve(connect()),
    reopen: async () => {
      await jobs.close();
      return connect();
    },
    startWorker: () => startProcess('job-worker.ts', JSON.stringify({ file, ...options })),
    close: () => jobs.close(),
  });
});

import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { type Jobs, PermanentFailure, StoreUnavailable } from '@waymark/core/kernel';
import { BullMqJobs, type BullMqJobsOptions } from '@waymark/stores/redis/jobs/bullmq-jobs';
import { range } from '../support/events';
import type { WorkerSays } from '../support/job-worker';
import { eventually, inState, interruption, latch, PAINT, painting, untilTold } from '../support/jobs';
import { startProcess } from '../support/process';
import { ownPrefix, RedisServer } from '../support/redis/redis-server';
import { afterwards } from '../support/stores';

/** Cases that need a separate Redis, because it is killed, frozen and misconfigured. */
describe('BullMQ if Redis', () => {
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
  });

  const start = async (...settings: string[]): Promise<RedisServer> => {
    const server = await RedisServer.start(...settings);
    afterwards(() => server.close());
    return server;
  };
  const open = async (options: BullMqJobsOptions): Promise<BullMqJobs> => {
    const jobs = await BullMqJobs.open({ warn: (message) => void warnings.push(message), ...options });
    afterwards(() => jobs.close());
    return jobs;
  };
  const warned = (text: string): Promise<string> =>
    eventually(
      () => `no warning of ${text}: ${inspect(warnings)}`,
      async () => warnings.find((warning) => warning.includes(text)),
    );
  const add = (jobs: Jobs, locker: number): Promise<string> =>
    jobs.add({ kind: PAINT, data: { locker }, id: `locker-${String(locker)}` });

  it.each(['SIGTERM', 'SIGKILL'] as const)('is ended by %s and restarted: no job is lost', async (signal) => {
    const server = await start();
    const jobs = await open({ url: server.url, lease: 2_000, deadline: 20_000 });
    const dead = latch();
    const painted = new Set<number>();
    await jobs.work([
      painting(async ({ locker }) => {
        if (locker >= 10) await dead.opened;
        painted.add(locker);
        return { locker };
      }),
    ]);
    await Promise.all(range(30).map((locker) => add(jobs, locker)));
    await Promise.all(range(10).map((locker) => inState(jobs, `locker-${String(locker)}`, 'done')));
    await inState(jobs, 'locker-14', 'running');
    await server.end(signal);
    const added = range(10).map((n) => add(jobs, 30 + n));
    await warned('ECONNREFUSED');
    dead.open();
    await server.start();

    await Promise.all(added);
    await Promise.all(range(40).map((locker) => inState(jobs, `locker-${String(locker)}`, 'done')));
    expect((await jobs.list()).map(({ result }) => result)).toHaveLength(40);
    expect([...painted].sort((a, b) => a - b)).toEqual(range(40));
    // A problem is reported once, however often the connection is retried.
    expect(warnings.length).toBe(new Set(warnings).size);
  });

  it('is down while a worker stops: another worker restarts the job once Redis is back', async () => {
    const server = await start();
    const jobs = await open({ url: server.url, lease: 1_000, deadline: 300 });
    await jobs.work([painting(untilTold, { attempts: 1 })]);
    await add(jobs, 1);
    await inState(jobs, 'locker-1', 'running');
    await server.end('SIGKILL');
    await warned('ECONNREFUSED');
    await jobs.stop();
    await server.start();

    const other = await open({ url: server.url, lease: 1_000 });
    await other.work([painting(async (_, { attempt }) => ({ attempt }), { attempts: 1 })]);
    expect(await inState(other, 'locker-1', 'done')).toMatchObject({ attempts: 1, result: { attempt: 1 } });
  });

  it('does not answer: requests fail, and repeating the same request adds one job', async () => {
    const server = await start();
    const jobs = await open({ url: server.url, deadline: 300 });
    server.freeze();
    const asked = [
      add(jobs, 1),
      jobs.get('locker-1'),
      jobs.list(),
      jobs.cancel('locker-1'),
      jobs.retry('locker-1'),
      jobs.schedule(PAINT, '0 9 * * *', {}),
    ];
    const outcomes = await Promise.allSettled(asked);
    server.thaw();

    expect(outcomes).toEqual(asked.map(() => ({ status: 'rejected', reason: expect.any(StoreUnavailable) })));
    expect(outcomes[0]).toMatchObject({ reason: { message: 'the job queue does not answer' } });
    await add(jobs, 1);
    expect(await jobs.list()).toMatchObject([{ id: 'locker-1', state: 'waiting' }]);
  });

  it('is not running: opening fails', async () => {
    const server = await start();
    await server.end('SIGTERM');

    await expect(open({ url: server.url, deadline: 300 })).rejects.toThrow(StoreUnavailable);
    await warned('ECONNREFUSED');
  });

  describe('requires credentials', () => {
    const password = 'a-secret';
    const withPassword = (server: RedisServer, given: string): string =>
      server.url.replace('//', `//default:${given}@`);

    it('takes them from its URL, also for its workers', async () => {
      const server = await start('--requirepass', password);
      const jobs = await open({ url: withPassword(server, password) });
      await jobs.work([painting(async () => undefined)]);
      await add(jobs, 1);

      await inState(jobs, 'locker-1', 'done');
    });

    it('is refused with wrong credentials, without revealing them', async () => {
      const server = await start('--requirepass', 'another');
      const error: unknown = await open({ url: withPassword(server, password) }).catch((e: unknown) => e);

      expect(error).toMatchObject({ message: expect.stringContaining('WRONGPASS') });
      expect(inspect([error, warnings], { depth: 10, showHidden: true })).not.toContain(password);
    });

    it.each([`redis//default:${password}@host`, `http://default:${password}@host`, password])(
      'refuses an invalid URL without revealing it',
      async (url) => {
        const error: unknown = await open({ url }).catch((e: unknown) => e);

        expect(error).toMatchObject({ message: expect.stringContaining('rediss://') });
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(password);
      },
    );
  });

  it('evicts keys when out of memory: it is refused', async () => {
    const server = await start('--maxmemory-policy', 'allkeys-lru');

    await expect(open({ url: server.url })).rejects.toThrow(
      'this Redis evicts jobs when it runs out of memory (maxmemory-policy allkeys-lru): set maxmemory-policy noeviction',
    );
  });

  it('does not persist to disk: it is accepted with a warning', async () => {
    const server = await start('--appendonly', 'no');
    await open({ url: server.url });

    expect(warnings).toEqual([expect.stringContaining('set appendonly yes')]);
  });

  it('is shared: queues with different prefixes are independent', async () => {
    const server = await start();
    const [one, other] = [
      await open({ url: server.url, prefix: 'one' }),
      await open({ url: server.url, prefix: 'another' }),
    ];
    await add(one, 1);
    await other.work([painting(async () => undefined)]);
    await other.add({ kind: PAINT, data: { locker: 2 }, id: 'locker-2' });
    await inState(other, 'locker-2', 'done');

    expect(await one.list()).toMatchObject([{ id: 'locker-1', state: 'waiting' }]);
    expect(await other.list()).toMatchObject([{ id: 'locker-2' }]);
    const redis = new Redis(server.url);
    const keys = await redis.keys('*');
    await redis.quit();
    expect(keys.filter((key) => !/^(one|another):/.test(key))).toEqual([]);
  });

  it('has counted ten deaths of a job’s workers: the job is a dead letter, and can be retried', async () => {
    const server = await start();
    const where = { url: server.url, prefix: ownPrefix(), lease: 1_000 };
    const jobs = await open(where);
    await jobs.add({ kind: PAINT, data: { locker: 1, ms: 60_000 }, id: 'locker-1' });
    const redis = new Redis(server.url);
    afterwards(() => redis.quit());
    const [key] = await redis.keys(`${where.prefix}:*locker-1`);
    await redis.hset(key!, 'stc', 8);
    for (const _ of ['the ninth', 'the tenth']) {
      const child = startProcess('job-worker.ts', JSON.stringify(where));
      await new Promise<void>((resolve) => {
        child.on('message', ({ says }: WorkerSays) => {
          if (says === 'begun') resolve();
        });
      });
      child.kill('SIGKILL');
    }
    await jobs.work([painting(async () => undefined)]);

    expect(await inState(jobs, 'locker-1', 'failed')).toMatchObject({
      error: expect.stringContaining('stalled'),
    });
    await jobs.stop();
    expect(await jobs.retry('locker-1')).toBe(true);
    expect(await redis.hget(key!, 'stc')).toBeNull();
    await jobs.work([painting(async () => undefined)]);
    expect(await inState(jobs, 'locker-1', 'done')).toMatchObject({ attempts: 1 });
  });

  it('deletes everything about a job that is not kept', async () => {
    const server = await start();
    const jobs = await open({ url: server.url, prefix: 'few', keep: 2 });
    await jobs.work([painting(async () => undefined)]);
    for (const locker of range(6)) {
      await add(jobs, locker);
      await inState(jobs, `locker-${String(locker)}`, 'done');
      await jobs.add({ kind: 'count', data: {}, id: `count-${String(locker)}` });
      await jobs.cancel(`count-${String(locker)}`);
    }

    const redis = new Redis(server.url);
    afterwards(() => redis.quit());
    const kept = ['count-4', 'count-5', 'locker-4', 'locker-5'];
    const keys = async (): Promise<string[]> =>
      (await redis.keys('few:*')).filter((key) => /(count|locker)-\d/.test(key)).sort();
    await eventually(
      () => 'more is kept than should be',
      async () => ((await keys()).length === kept.length ? true : undefined),
    );
    expect((await keys()).map((key) => key.split('=')[1])).toEqual(kept);
    const known = async (): Promise<string[][]> => [
      (await redis.zrange('few:added', '0', '-1')).sort(),
      (await redis.hkeys('few:kinds')).sort(),
      await redis.zrange('few:cancelled', '0', '-1'),
    ];
    await eventually(
      () => 'more is known than is kept',
      async () => ((await known())[0]!.length === kept.length ? true : undefined),
    );
    expect(await known()).toEqual([kept, kept, kept.slice(0, 2)]);
  });

  it('keeps only the message of an error, and no cancelled mark of a job that was done anyway', async () => {
    const server = await start();
    const jobs = await open({ url: server.url, prefix: 'marks' });
    await jobs.work([
      painting(async ({ locker }, { signal }) => {
        if (locker === 1) throw new PermanentFailure('no paint left');
        return { after: (await interruption(signal)).why };
      }),
    ]);
    await add(jobs, 1);
    await add(jobs, 2);
    await inState(jobs, 'locker-2', 'running');
    await jobs.cancel('locker-2');
    await inState(jobs, 'locker-1', 'failed');
    await inState(jobs, 'locker-2', 'done');

    const redis = new Redis(server.url);
    afterwards(() => redis.quit());
    const [key] = await redis.keys('marks:*locker-1');
    expect(await redis.hget(key!, 'stacktrace')).toBe('[]');
    await eventually(
      () => 'still marked',
      async () => ((await redis.zcard('marks:cancelled')) === 0 ? true : undefined),
    );
  });
});

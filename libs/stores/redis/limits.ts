import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { TooManyRequests, RetryableRefusal } from '@waymark/core/kernel';

/** Maximum numbers of requests. */
export interface Rates {
  /** Of one person, per minute. */
  readonly person: number;
  /** Of one address without a valid token, per minute. */
  readonly stranger: number;
  /** Dry runs of imports, of one person, per hour. */
  readonly dryRuns: number;
}

/** Rate limits for requests. */
export interface Limits {
  /** Count a request of a person. Refused as `TOO_MANY_REQUESTS`. */
  person(id: string): Promise<void>;
  /** Count a request without a valid token, by its source address. Refused as `TOO_MANY_REQUESTS`. */
  stranger(address: string): Promise<void>;
  /** Count a dry run of a person. Refused as `TOO_MANY_DRY_RUNS`. */
  dryRun(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Length of each counting window, in seconds. */
const windows: Readonly<Record<keyof Rates, number>> = { person: 60, stranger: 60, dryRuns: 3_600 };

/**
 * Rate limits shared by all processes through Redis. Without Redis, or while it does not respond, each process
 * counts on its own.
 */
export async function openLimits(rates: Rates, redisUrl?: string): Promise<Limits> {
  const redis = redisUrl === undefined ? undefined : await connect(redisUrl);
  const limiter = (name: keyof Rates): RateLimiterAbstract => {
    const own = { keyPrefix: `waymark:limit:${name}`, points: rates[name], duration: windows[name] };
    const memory = new RateLimiterMemory(own);
    return redis ? new RateLimiterRedis({ ...own, storeClient: redis, insuranceLimiter: memory }) : memory;
  };
  const [person, stranger, dryRuns] = [limiter('person'), limiter('stranger'), limiter('dryRuns')];
  return {
    person: (id) => consume(person, id, tooManyRequests),
    stranger: (address) => consume(stranger, address, tooManyRequests),
    dryRun: (id) => consume(dryRuns, id, tooManyDryRuns),
    close: async () => {
      await redis?.quit().catch(() => redis.disconnect());
    },
  };
}

/** Loads the Redis client only if it is used. */
async function connect(url: string) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { enableOfflineQueue: false, lazyConnect: true });
  redis.on('error', () => undefined); // while disconnected, requests are counted in this process
  await redis.connect().catch(() => undefined);
  return redis;
}

const tooManyRequests = (seconds: number): RetryableRefusal => new TooManyRequests(seconds);

const tooManyDryRuns = (seconds: number): RetryableRefusal =>
  new RetryableRefusal(
    'TOO_MANY_DRY_RUNS',
    'You have started too many dry runs within an hour. Wait for the number of seconds in Retry-After.',
    'limited',
    seconds,
  );

async function consume(
  limiter: RateLimiterAbstract,
  key: string,
  refusal: (seconds: number) => RetryableRefusal,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw refusal(Math.ceil(error.msBeforeNext / 1_000));
  }
}

import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { TooManyRequests } from '@waymark/core/kernel';

/** Maximum requests per minute: of one person, and of one address without a valid token (`stranger`). */
export interface Rates {
  readonly person: number;
  readonly stranger: number;
}

/** Rate limits for requests. */
export interface Limits {
  /** Count a request of a person. Refused as `TOO_MANY_REQUESTS`. */
  person(id: string): Promise<void>;
  /** Count a request without a valid token, by its source address. Refused as `TOO_MANY_REQUESTS`. */
  stranger(address: string): Promise<void>;
  close(): Promise<void>;
}

/** Length of the counting window, in seconds. */
const MINUTE = 60;

/**
 * Rate limits shared by all processes through Redis. Without Redis, or while it does not respond, each process
 * counts on its own.
 */
export async function openLimits(rates: Rates, redisUrl?: string): Promise<Limits> {
  const redis = redisUrl === undefined ? undefined : await connect(redisUrl);
  const limiter = (name: keyof Rates): RateLimiterAbstract => {
    const own = { keyPrefix: `waymark:limit:${name}`, points: rates[name], duration: MINUTE };
    const memory = new RateLimiterMemory(own);
    return redis ? new RateLimiterRedis({ ...own, storeClient: redis, insuranceLimiter: memory }) : memory;
  };
  const [person, stranger] = [limiter('person'), limiter('stranger')];
  return {
    person: (id) => consume(person, id),
    stranger: (address) => consume(stranger, address),
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

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new TooManyRequests(Math.ceil(error.msBeforeNext / 1_000));
  }
}

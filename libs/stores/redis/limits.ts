import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { TooManyRequests } from '@waymark/core/kernel';

/** Requests that one person may send within a minute, and that one address may send with no token or a wrong one. */
export interface Rates {
  readonly person: number;
  readonly stranger: number;
}

/** Keeps anybody from asking more than they may. */
export interface Limits {
  /** Count a request of a person. Refused as `TOO_MANY_REQUESTS`. */
  person(id: string): Promise<void>;
  /** Count a request whose token is none, by where it came from. Refused likewise. */
  stranger(address: string): Promise<void>;
  close(): Promise<void>;
}

/** Seconds that requests are counted for. */
const MINUTE = 60;

/** Limits that all processes share where there is Redis, and each process's own otherwise, or while Redis does not answer. */
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

/** Its client is loaded only where it is used. */
async function connect(url: string) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { enableOfflineQueue: false, lazyConnect: true });
  redis.on('error', () => undefined); // what is asked meanwhile is counted here
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

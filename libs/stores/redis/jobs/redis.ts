import { Redis } from 'ioredis';
import { StoreUnavailable } from '@waymark/core/kernel';
import { failureText } from '../../shared/failure-text';

/** What Redis answers, or {@link StoreUnavailable} where it has not by a deadline, in milliseconds. */
export async function within<T>(deadline: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable('job queue')), deadline);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** In words: what an error says, and not what it carries, for that may be a command. */
export const trouble = (error: unknown): string => `trouble with the job queue: ${failureText(error)}`;

/**
 * A connection that comes back however often it is lost; what is asked meanwhile waits for it. Throws where the URL is
 * none of Redis, where Redis refuses the credentials, or where it would lose jobs; {@link StoreUnavailable} where it does
 * not answer by the deadline.
 */
export async function connect(
  url: string,
  deadline: number,
  warn: (message: string) => void,
): Promise<Redis> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol))
    throw new Error(
      'the URL of the job queue is none of Redis: redis://host:port, or rediss://host:port for TLS',
    );
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
    disconnectTimeout: 500,
  });
  redis.on('error', (error) => warn(trouble(error)));
  try {
    const info = await within(deadline, redis.info()).catch((error: unknown) => {
      // Not the error itself: it quotes the command, and with it the password.
      throw error instanceof StoreUnavailable ? error : new Error(trouble(error));
    });
    check(info, warn);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}

/** Jobs must outlive a shortage of memory, and a restart. */
function check(info: string, warn: (message: string) => void): void {
  const setting = (name: string): string | undefined =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const policy = setting('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new Error(
      `this Redis drops jobs when it is short of memory (maxmemory-policy ${policy}): set maxmemory-policy noeviction`,
    );
  }
  if (setting('aof_enabled') === '0')
    warn('this Redis loses jobs when it is restarted (appendonly no): set appendonly yes');
}

import { Redis } from 'ioredis';
import { StoreUnavailable } from '@waymark/core/kernel';
import { failureText } from '../../shared/failure-text';

/**
 * The result of a Redis operation; {@link StoreUnavailable} if there is none within the deadline in
 * milliseconds.
 */
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

/** A warning text with the error's message only: other properties may contain the command. */
export const warningText = (error: unknown): string => `problem with the job queue: ${failureText(error)}`;

/**
 * A connection that reconnects automatically; operations wait meanwhile. Throws if the URL is not a Redis URL,
 * if Redis refuses the credentials, or if Redis would lose jobs. Throws {@link StoreUnavailable} if there is no
 * response within the deadline.
 */
export async function connect(
  url: string,
  deadline: number,
  warn: (message: string) => void,
): Promise<Redis> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol))
    throw new Error(
      'the job queue URL is not a Redis URL: use redis://host:port, or rediss://host:port for TLS',
    );
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
    disconnectTimeout: 500,
  });
  redis.on('error', (error) => warn(warningText(error)));
  try {
    const info = await within(deadline, redis.info()).catch((error: unknown) => {
      // Do not pass on the error itself: it contains the command, including the password.
      throw error instanceof StoreUnavailable ? error : new Error(warningText(error));
    });
    check(info, warn);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}

/** Check that jobs survive memory shortage (error) and a restart (warning). */
function check(info: string, warn: (message: string) => void): void {
  const setting = (name: string): string | undefined =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const policy = setting('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new Error(
      `this Redis evicts jobs when it runs out of memory (maxmemory-policy ${policy}): set maxmemory-policy noeviction`,
    );
  }
  if (setting('aof_enabled') === '0')
    warn('this Redis loses jobs on restart (appendonly no): set appendonly yes');
}

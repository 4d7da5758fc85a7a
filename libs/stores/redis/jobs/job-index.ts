import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** Assigns an id to the kind under which it is first added, with a higher score than all earlier ids. */
const CLAIM = `
  local kinds, added, id, kind = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
  local known = redis.call('HGET', kinds, id)
  if known then return known end
  local last = redis.call('ZREVRANGE', added, 0, 0, 'WITHSCORES')[2] or 0
  redis.call('ZADD', added, last + 1, id)
  redis.call('HSET', kinds, id, kind)
  return kind
`;

/**
 * Moves a waiting job to the failed set, in the way BullMQ would, and marks it as cancelled. A running job is
 * only marked; its worker checks for the mark.
 */
const CANCEL = `
  local wait, delayed, active, failed, job, cancelled = unpack(KEYS)
  local id, own, now = unpack(ARGV)
  if redis.call('LREM', wait, 1, id) + redis.call('ZREM', delayed, id) > 0 then
    redis.call('ZADD', failed, now, id)
    redis.call('HSET', job, 'finishedOn', now, 'failedReason', 'cancelled')
  elseif not redis.call('LPOS', active, id) then
    return 0
  end
  redis.call('ZADD', cancelled, now, own)
  return 1
`;

/** BullMQ does not accept integers or colons in ids. */
export const toBullId = (id: string): string => `=${encodeURIComponent(id)}`;
export const fromBullId = (bullId: string): string => decodeURIComponent(bullId.slice(1));

/**
 * Job data that BullMQ, with one queue per kind, does not have: the kind of each id, the order in which jobs
 * were added, and which jobs were cancelled.
 */
export class JobIndex {
  private readonly kinds: string;
  private readonly added: string;
  private readonly cancelled: string;

  constructor(
    private readonly redis: Redis,
    prefix: string,
  ) {
    this.kinds = `${prefix}:kinds`;
    this.added = `${prefix}:added`;
    this.cancelled = `${prefix}:cancelled`;
  }

  /**
   * Claim an id for a kind. Returns the kind that the id belongs to, which differs if it was claimed before.
   */
  async claim(id: string, kind: string): Promise<string> {
    return (await this.redis.eval(CLAIM, 2, this.kinds, this.added, id, kind)) as string;
  }

  async kindOf(id: string): Promise<string | undefined> {
    return (await this.redis.hget(this.kinds, id)) ?? undefined;
  }

  /** All ids with their kinds, most recently added first. */
  async all(): Promise<readonly { readonly id: string; readonly kind: string }[]> {
    const [ids, kinds] = await Promise.all([
      this.redis.zrevrange(this.added, 0, -1),
      this.redis.hgetall(this.kinds),
    ]);
    return ids.flatMap((id) => {
      const kind = kinds[id];
      return kind === undefined ? [] : [{ id, kind }];
    });
  }

  /** The ids that are marked as cancelled. */
  async cancelledOf(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const marks = await this.redis.zmscore(this.cancelled, ...ids);
    return new Set(ids.filter((_, at) => marks[at] !== null));
  }

  /** True if the job was waiting (it never runs) or running (it is marked). */
  async cancel(queue: Queue, id: string, now: number): Promise<boolean> {
    const keys = ['wait', 'delayed', 'active', 'failed', toBullId(id)].map((key) => queue.toKey(key));
    const values = [toBullId(id), id, String(now)];
    return (await this.redis.eval(CANCEL, 6, ...keys, this.cancelled, ...values)) === 1;
  }

  async unmark(...ids: string[]): Promise<void> {
    if (ids.length > 0) await this.redis.zrem(this.cancelled, ...ids);
  }

  /** All marked ids except the `keep` most recent ones. */
  cancelledBefore(keep: number): Promise<string[]> {
    return this.redis.zrange(this.cancelled, 0, String(-keep - 1));
  }

  async forget(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.redis
      .multi()
      .zrem(this.added, ...ids)
      .hdel(this.kinds, ...ids)
      .zrem(this.cancelled, ...ids)
      .exec();
  }
}

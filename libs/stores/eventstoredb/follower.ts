import { type AllStreamSubscription, streamNameFilter } from '@eventstore/db-client';
import { PAUSE } from './calls';
import type { Connection } from './connection';
import { isSystem, positionOf } from './events';
import { Progress } from './progress';

/** Number of events that the server scans between two checkpoints. */
const WINDOW = 1_000;

/**
 * Wakes listeners when the log may have grown. It uses one subscription to all non-system streams for any
 * number of listeners, and none while there are no listeners. A broken subscription is resumed where it was.
 * The client's keepalive detects a server that has silently gone.
 */
export class Follower {
  readonly progress = new Progress();
  private readonly listeners = new Set<() => void>();
  private subscription: AllStreamSubscription | undefined;
  private retry: NodeJS.Timeout | undefined;
  private pause: number = PAUSE.first;
  private waking: NodeJS.Immediate | undefined;

  constructor(private readonly connection: Connection) {}

  listen(wake: () => void): () => void {
    if (this.listeners.size === 0) this.subscribe();
    this.listeners.add(wake);
    // For events that other listeners were already woken for.
    this.wake();
    return () => {
      if (this.listeners.delete(wake) && this.listeners.size === 0) this.unsubscribe();
    };
  }

  close(): void {
    this.listeners.clear();
    this.unsubscribe();
  }

  private subscribe(): void {
    const from = this.progress.begin();
    const at = from === undefined ? undefined : BigInt(from);
    const subscription = this.connection.client.subscribeToAll({
      ...this.connection.as,
      fromPosition: at === undefined ? 'end' : { commit: at, prepare: at },
      filter: streamNameFilter({
        regex: '^[^$]',
        maxSearchWindow: WINDOW,
        checkpointInterval: 1,
        checkpointReached: (_, { commit }) => {
          this.progress.reached(Number(commit));
        },
      }),
    });
    const wake = (): void => {
      if (this.subscription === subscription) this.wake();
    };
    const broken = (): void => {
      if (this.subscription === subscription) this.resubscribe();
    };
    this.subscription = subscription;
    subscription.on('confirmation', () => {
      this.pause = PAUSE.first;
      // For events written while there was no subscription.
      wake();
    });
    subscription.on('caughtUp', wake);
    subscription.on('data', ({ event }) => {
      // Links may be in any stream.
      if (this.subscription !== subscription || !event || isSystem(event)) return;
      this.progress.event(positionOf(event));
      this.wake();
    });
    subscription.on('error', broken);
    subscription.on('end', broken);
  }

  private resubscribe(): void {
    this.subscription = undefined;
    this.retry = setTimeout(() => this.subscribe(), this.pause);
    this.pause = Math.min(2 * this.pause, PAUSE.longest);
  }

  private unsubscribe(): void {
    clearTimeout(this.retry);
    // It fails if the subscription was never established.
    void this.subscription?.unsubscribe().catch(() => undefined);
    this.subscription = undefined;
  }

  /** Wakes once for all events that arrive together. */
  private wake(): void {
    this.waking ??= setImmediate(() => {
      this.waking = undefined;
      for (const wake of this.listeners) wake();
    });
  }
}

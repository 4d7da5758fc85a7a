import { type AllStreamSubscription, streamNameFilter } from '@eventstore/db-client';
import { PAUSE } from './calls';
import type { Connection } from './connection';
import { isSystem, positionOf } from './events';
import { Progress } from './progress';

/** Events that the server considers between two checkpoints. */
const WINDOW = 1_000;

/**
 * Wakes whoever listens when the log may have grown: by one subscription to all streams but the system's, however many
 * listen, and none while nobody does. One that breaks is taken up again where it was; the client's keepalive breaks
 * one whose server has silently gone.
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
    // For what the others were woken for already.
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
      // For what was written while there was no subscription.
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
    // It fails where the subscription never came about.
    void this.subscription?.unsubscribe().catch(() => undefined);
    this.subscription = undefined;
  }

  /** Once for all events that came at once. */
  private wake(): void {
    this.waking ??= setImmediate(() => {
      this.waking = undefined;
      for (const wake of this.listeners) wake();
    });
  }
}

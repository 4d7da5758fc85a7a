import type { EventEmitter } from 'node:events';
import type { Credentials } from '@eventstore/db-client';
import type { Faults } from './faults';
import type { Log } from './log';

/** Events that a server has looked at, for readings and for subscriptions. */
export interface Considered {
  readings: number;
  subscriptions: number;
}

/** An append was received, or written; a subscription has nothing left to send. */
export interface Happenings {
  received: [];
  written: [];
  caughtUp: [];
}

/** A node of a cluster, or the only one, as its services see it. */
export interface Node {
  readonly log: Log;
  readonly faults: Faults;
  readonly considered: Considered;
  readonly happenings: EventEmitter<Happenings>;
  /** Appends that were 'written late', or will be. */
  readonly late: Promise<unknown>[];
  /** When each of those who are being read to is gone. */
  readonly readers: Set<Promise<unknown>>;
  readonly port: number;
  /** The cluster's nodes, this one among them; those that do not listen are down. */
  readonly members: readonly Node[];
  readonly listens: boolean;
  /** Whether it leads the cluster. */
  readonly leads: boolean;
  /** Whose calls it takes; anybody's, if it is not said. */
  readonly credentials: Credentials | undefined;
  /** Cut all connections. */
  cut(): void;
}

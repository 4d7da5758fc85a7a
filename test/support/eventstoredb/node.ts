import type { EventEmitter } from 'node:events';
import type { Credentials } from '@eventstore/db-client';
import type { Faults } from './faults';
import type { Log } from './log';

/** Number of events that the server has scanned, for reads and for subscriptions. */
export interface Considered {
  readings: number;
  subscriptions: number;
}

/** An append was received or written; a subscription has caught up. */
export interface Happenings {
  received: [];
  written: [];
  caughtUp: [];
}

/** A node of a cluster, or a single node, as its services use it. */
export interface Node {
  readonly log: Log;
  readonly faults: Faults;
  readonly considered: Considered;
  readonly happenings: EventEmitter<Happenings>;
  /** Appends that are or will be 'written late'. */
  readonly late: Promise<unknown>[];
  /** Resolve when the respective reader has disconnected. */
  readonly readers: Set<Promise<unknown>>;
  readonly port: number;
  /** The nodes of the cluster, including this one; nodes that do not listen are down. */
  readonly members: readonly Node[];
  readonly listens: boolean;
  /** Whether it is the leader. */
  readonly leads: boolean;
  /** The required credentials; none if undefined. */
  readonly credentials: Credentials | undefined;
  /** Cut all connections. */
  cut(): void;
}

import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type EventStore, START } from '@waymark/core/kernel';
import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { message, startProcess } from '../process';
import { afterwards, temporaryDirectory } from '../stores';
import { apart } from './apart';
import type { Order } from './process';
import { StandIn } from './server';

/** The stand-in in this process, until the end of the test. */
export async function startStandIn(): Promise<StandIn> {
  const server = new StandIn();
  await server.listen();
  afterwards(() => server.stop());
  return server;
}

export interface StandInProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Run an order; one at a time. */
  order(...order: Order): Promise<unknown>;
}

/**
 * The stand-in as a separate process, until the end of the test. Restarted with the same file, it has the same
 * log.
 */
export async function startStandInProcess(
  file = join(temporaryDirectory(), 'log.jsonl'),
  port?: number,
): Promise<StandInProcess> {
  const child = startProcess(join('eventstoredb', 'process.ts'), file, ...(port ? [String(port)] : []));
  const url = String(await message(child));
  return {
    url,
    child,
    order: (...order) => {
      child.send(order);
      return message(child);
    },
  };
}

/** The server in `EVENTSTORE_URL`, if set. */
export const namedServer = process.env['EVENTSTORE_URL'];

/** Opens connections to a log for one test. */
export type Connect = () => EventStore;

/**
 * A log for one test: on the server in `EVENTSTORE_URL`, to which nothing else may write meanwhile, or on a
 * stand-in.
 */
export async function openLog(): Promise<Connect> {
  const url = namedServer ?? (await startStandIn()).url;
  const connect = (): EventStore => {
    const store = new EventStoreDbEventStore(url);
    afterwards(() => store.close());
    return store;
  };
  if (namedServer === undefined) return connect;
  const own = await apart(connect());
  return () => own(connect());
}

/**
 * An empty event store for whole programs: the server in `EVENTSTORE_URL`, which must be fresh (for example
 * started with `--mem-db` for this test only), or a stand-in as a separate process.
 */
export async function emptyEventStore(): Promise<string> {
  if (namedServer === undefined) return (await startStandInProcess()).url;
  const store = new EventStoreDbEventStore(namedServer);
  const head = await store.head();
  await store.close();
  if (head !== START) {
    throw new Error('the server in EVENTSTORE_URL already has events: start a fresh one for this test');
  }
  return namedServer;
}

import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type EventStore, START } from '@waymark/core/kernel';
import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { message, startProcess } from '../process';
import { afterwards, temporaryDirectory } from '../stores';
import { apart } from './apart';
import type { Order } from './process';
import { StandIn } from './server';

/** The stand-in, in this process, until the test is over. */
export async function startStandIn(): Promise<StandIn> {
  const server = new StandIn();
  await server.listen();
  afterwards(() => server.stop());
  return server;
}

export interface StandInProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Have it do something; one thing at a time. */
  order(...order: Order): Promise<unknown>;
}

/** The stand-in as a process of its own, until the test is over; started again with the same file, it has its log. */
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

/** The server that `EVENTSTORE_URL` names, if it does. */
export const namedServer = process.env['EVENTSTORE_URL'];

/** Connections to a log of the test's own. */
export type Connect = () => EventStore;

/**
 * A log of the test's own on the server that `EVENTSTORE_URL` names, to which nothing else may write meanwhile; or on a
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
 * Where whole programmes find an empty event store: the server that `EVENTSTORE_URL` names, which must be a fresh one
 * (started with `--mem-db`, say, and for this test alone), or a stand-in as a process of its own.
 */
export async function emptyEventStore(): Promise<string> {
  if (namedServer === undefined) return (await startStandInProcess()).url;
  const store = new EventStoreDbEventStore(namedServer);
  const head = await store.head();
  await store.close();
  if (head !== START) {
    throw new Error(
      'the server that EVENTSTORE_URL names has events already: start a fresh one for this test',
    );
  }
  return namedServer;
}

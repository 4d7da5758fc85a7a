import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb';
import { type ServerReadableStream, status } from '@grpc/grpc-js';
import type { AppendFault } from './faults';
import { Deleted, type Expected, type Outcome, type Proposed } from './log';
import type { Node } from './node';
import * as wire from './wire';

/** Maximum size of one append on servers up to 25.0, in bytes. */
const MAX_APPEND = 1_024 * 1_024;
/** How late 'written late' is, in milliseconds. */
const LATE = 200;

export async function append(
  node: Node,
  call: ServerReadableStream<AppendReq, AppendResp>,
): Promise<AppendResp> {
  const [header, ...messages] = (await call.toArray()) as AppendReq[];
  // A cut-off request looks complete until the next turn; none of it may be written.
  await nextTurn();
  if (call.cancelled) throw lost();
  node.happenings.emit('received');
  const options = header!.getOptions()!;
  const stream = wire.nameIn(options.getStreamIdentifier());
  const expected = wire.expectedIn(options);
  const proposed = messages.map((message) => wire.proposedIn(message.getProposedMessage()!));
  if (proposed.reduce((sum, event) => sum + wire.sizeOf(event), 0) > MAX_APPEND) {
    throw wire.failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(MAX_APPEND),
    });
  }
  try {
    return await carriedOut(node, node.faults.appends.shift() ?? 'none', stream, expected, proposed);
  } catch (error) {
    throw error instanceof Deleted ? wire.deletedStream(stream) : error;
  }
}

/** The response to an append, if any, and whether and when it is written. */
async function carriedOut(
  node: Node,
  fault: AppendFault,
  stream: string,
  expected: Expected,
  proposed: readonly Proposed[],
): Promise<AppendResp> {
  const write = (): Outcome => {
    const outcome = node.log.append(stream, expected, proposed);
    if ('revision' in outcome) node.happenings.emit('written');
    return outcome;
  };
  switch (fault) {
    case 'none':
      return wire.appended(write(), expected);
    case 'cut before':
      node.cut();
      throw lost();
    case 'cut after':
      write();
      node.cut();
      throw lost();
    case 'written late':
      node.cut();
      node.late.push(delay(LATE).then(write));
      throw lost();
    case 'behind the late':
      await Promise.all(node.late);
      node.log.forget();
      return wire.appended(write(), expected);
    case 'silence before':
      return forever();
    case 'silence after':
      write();
      return forever();
    case 'timeout before':
      throw timeout();
    case 'timeout after':
      write();
      throw timeout();
    case 'wrong revision':
      return wire.wrongRevision(node.log.visible(stream)?.at(-1)?.revision ?? 'none', expected);
    case 'not leader':
      throw wire.notLeader(node.port);
    case 'no position':
      return wire.appended(write(), expected, false);
  }
}

const lost = () => wire.failure(status.CANCELLED, 'The connection is gone.');
const timeout = () => wire.failure(status.ABORTED, 'Operation timed out: CommitTimeout');
const forever = () => new Promise<never>(() => undefined);

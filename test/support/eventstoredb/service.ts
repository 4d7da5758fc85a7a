import { setTimeout as delay } from 'node:timers/promises';
import { GossipService, type IGossipServer } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { UUID } from '@eventstore/db-client/generated/shared_pb';
import { type IStreamsServer, StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  type DeleteReq,
  DeleteResp,
  type ReadReq,
  type ReadResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import {
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { append } from './appends';
import type { Node } from './node';
import { readAll, readStream, subscribe } from './readings';
import * as wire from './wire';

export { GossipService, StreamsService };

/** The streams service of a node. It supports `Append` but not `BatchAppend`, like servers before 21.6. */
export const streams = (node: Node): Pick<IStreamsServer, 'append' | 'read' | 'delete' | 'tombstone'> => ({
  append: (call, answer) => {
    const appended = admit(node, call.metadata).then(() => append(node, call));
    void appended.then((response) => answer(null, response), answer);
  },
  read: (call) => void respond(node, call),
  delete: (call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>) =>
    answerTo(call.request, answer, (stream) => {
      node.log.delete(stream);
      return new DeleteResp();
    }),
  tombstone: (call: ServerUnaryCall<TombstoneReq, TombstoneResp>, answer: sendUnaryData<TombstoneResp>) =>
    answerTo(call.request, answer, (stream) => {
      node.log.tombstone(stream);
      return new TombstoneResp();
    }),
});

function answerTo<Response>(
  request: DeleteReq | TombstoneReq,
  answer: sendUnaryData<Response>,
  carryOut: (stream: string) => Response,
): void {
  const stream = wire.nameIn(request.getOptions()!.getStreamIdentifier());
  try {
    answer(null, carryOut(stream));
  } catch {
    answer(wire.deletedStream(stream));
  }
}

/** The gossip service: the nodes of the cluster, and which of them is the leader. */
export const gossip = (node: Node): IGossipServer => ({
  read: (_call, answer) =>
    answer(
      null,
      new ClusterInfo().setMembersList(
        node.members.map(({ port, leads, listens }) =>
          new MemberInfo()
            .setInstanceId(new UUID().setString(`00000000-0000-4000-8000-${String(port).padStart(12, '0')}`))
            .setTimeStamp('0')
            .setState(leads ? MemberInfo.VNodeState.LEADER : MemberInfo.VNodeState.FOLLOWER)
            .setIsAlive(listens)
            .setHttpEndPoint(new EndPoint().setAddress('localhost').setPort(port)),
        ),
      ),
    ),
});

async function respond(node: Node, call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
  const options = call.request.getOptions()!;
  const gone = new Promise((resolve) => call.once('cancelled', resolve));
  const reader = { call, gone };
  node.readers.add(gone);
  try {
    await admit(node, call.metadata);
    if (options.hasSubscription()) await subscribe(node, reader, options);
    else if (options.hasStream()) await readStream(node, reader, options);
    else await readAll(node, reader, options);
    call.end();
  } catch (error) {
    call.emit('error', error);
  } finally {
    node.readers.delete(gone);
  }
}

/**
 * Admit a call after the configured delay; refuse it without valid credentials, or if only the leader may
 * answer it.
 */
async function admit(node: Node, metadata: Metadata): Promise<void> {
  if (node.faults.delay > 0) await delay(node.faults.delay);
  if (node.credentials) {
    const { username, password } = node.credentials;
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    if (metadata.get('authorization')[0] !== expected) {
      throw wire.failure(status.UNAUTHENTICATED, 'Unauthenticated');
    }
  }
  const leader = node.members.find(({ leads }) => leads);
  if (metadata.get('requires-leader')[0] === 'true' && leader !== node && leader) {
    throw wire.notLeader(leader.port);
  }
}

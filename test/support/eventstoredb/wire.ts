/** Converts between the log and the messages of the server's interface, as generated in the client package. */
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import {
  type AppendReq,
  AppendResp,
  type ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Expected, Kept, Outcome, Proposed } from './log';

export const nameIn = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier!.getStreamName_asU8()).toString('utf8');

export const identifierOf = (stream: string): StreamIdentifier =>
  new StreamIdentifier().setStreamName(Buffer.from(stream));

export function expectedIn(options: AppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'none';
  if (options.hasStreamExists()) return 'exists';
  return Number(options.getRevision());
}

export function proposedIn(message: AppendReq.ProposedMessage): Proposed {
  const metadata = message.getMetadataMap();
  const [type, contentType] = [metadata.get('type'), metadata.get('content-type')];
  if (type === undefined || contentType === undefined) {
    throw failure(status.INVALID_ARGUMENT, 'Required Metadata Property is missing', {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    });
  }
  return {
    id: message.getId()!.getString(),
    type,
    contentType,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** The size of an event as the server computes it for its limit. */
export const sizeOf = ({ type, data, metadata }: Proposed): number =>
  data.length + metadata.length + 2 * type.length;

export function appended(outcome: Outcome, expected: Expected, withPosition = true): AppendResp {
  if ('actual' in outcome) return wrongRevision(outcome.actual, expected);
  const success = new AppendResp.Success();
  if (outcome.revision < 0) success.setNoStream(new Empty());
  else success.setCurrentRevision(String(outcome.revision));
  const at = String(outcome.position);
  if (outcome.position < 0 || !withPosition) success.setNoPosition(new Empty());
  else success.setPosition(new AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
  return new AppendResp().setSuccess(success);
}

export function wrongRevision(actual: number | 'none', expected: Expected): AppendResp {
  const wrong = new AppendResp.WrongExpectedVersion();
  if (actual === 'none') wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(actual));
  if (expected === 'none') wrong.setExpectedNoStream(new Empty());
  else if (expected === 'any') wrong.setExpectedAny(new Empty());
  else if (expected === 'exists') wrong.setExpectedStreamExists(new Empty());
  else wrong.setExpectedRevision(String(expected));
  return new AppendResp().setWrongExpectedVersion(wrong);
}

export function read(event: Kept): ReadResp {
  const at = String(event.position);
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(event.id))
    .setStreamIdentifier(identifierOf(event.stream))
    .setStreamRevision(revisionOf(event))
    .setCommitPosition(at)
    .setPreparePosition(at)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', '0');
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(at));
}

/** As text, because the revision of a tombstone is too large for a number. */
const revisionOf = ({ type, revision }: Kept): string =>
  type === '$streamDeleted' ? '9223372036854775807' : String(revision);

export const notFound = (stream: string): ReadResp =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream)));

export const confirmation = (id: string): ReadResp =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const caughtUp = (): ReadResp => new ReadResp().setCaughtUp(new ReadResp.CaughtUp());

export const checkpoint = (position: number): ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );

/** The predicate of a filter; accepts everything if there is no filter. */
export function filterIn(options: ReadReq.Options): (event: Kept) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const expression = filter.getStreamIdentifier() ?? filter.getEventType()!;
  const of = (event: Kept): string => (filter.hasStreamIdentifier() ? event.stream : event.type);
  const [regex, prefixes] = [expression.getRegex(), expression.getPrefixList()];
  if (regex === '') return (event) => prefixes.some((prefix) => of(event).startsWith(prefix));
  const pattern = new RegExp(regex);
  return (event) => pattern.test(of(event));
}

/** An error as the server sends it: its code, its message, and details in metadata. */
export const failure = (code: status, details: string, known: Record<string, string> = {}): ServiceError => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(known)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

export const deletedStream = (stream: string): ServiceError =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

/** The call must go to the leader at this port. */
export const notLeader = (port: number): ServiceError =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': 'localhost',
    'leader-endpoint-port': String(port),
  });

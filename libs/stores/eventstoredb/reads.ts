import {
  type AllStreamRecordedEvent,
  type ReadAllOptions,
  type ReadPosition,
  type ReadStreamOptions,
  type RecordedEvent,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { type Position, START, StreamDamaged } from '@waymark/core/kernel';
import { collected } from './calls';
import type { Connection } from './connection';

/**
 * The events of a stream; empty if the stream never existed. Links are returned as events. Throws
 * {@link StreamDamaged} if the stream was deleted: then the server returns none of its events, as of a stream
 * that never existed, but keeps its metadata or a tombstone.
 */
export async function readStream(
  connection: Connection,
  stream: string,
  options: ReadStreamOptions,
  silence: number,
): Promise<RecordedEvent[]> {
  const events = await read(connection, stream, options, silence);
  // The beginning and the end of a stream that exists have events.
  const edge = options.fromRevision === 'start' || options.fromRevision === 'end';
  if (
    (events === undefined || (edge && events.length === 0)) &&
    (await hasMetadata(connection, stream, silence))
  )
    throw deleted(stream);
  return events ?? [];
}

/** Whether the server keeps metadata for a stream. */
async function hasMetadata(connection: Connection, stream: string, silence: number): Promise<boolean> {
  const options = { direction: 'backwards', fromRevision: 'end', maxCount: 1 } as const;
  return (await read(connection, `$$${stream}`, options, silence)) !== undefined;
}

/** The events of a stream as the server returns them; undefined if it returns that there is no such stream. */
async function read(
  { client, as }: Connection,
  stream: string,
  options: ReadStreamOptions,
  silence: number,
): Promise<RecordedEvent[] | undefined> {
  const reading = client.readStream(stream, { ...as, ...options, requiresLeader: true });
  try {
    return (await collected(reading, silence)).flatMap(({ event }) => event ?? []);
  } catch (error) {
    if (error instanceof StreamNotFoundError) return undefined;
    throw orDamaged(error, stream);
  }
}

/** Events of all streams, including system streams. */
export async function readAll(
  { client, as }: Connection,
  options: ReadAllOptions,
  silence: number,
): Promise<AllStreamRecordedEvent[]> {
  const reading = client.readAll({ ...as, ...options });
  return (await collected(reading, silence)).flatMap(({ event }) => event ?? []);
}

/**
 * Where to start reading `$all` for the events after a position. The event at the position is returned again.
 */
export const readFrom = (position: Position): ReadPosition =>
  position === START ? 'start' : { commit: BigInt(position), prepare: BigInt(position) };

/** The error of a tombstoned stream, which can be neither read nor written any more; other errors unchanged. */
export const orDamaged = (error: unknown, stream: string): unknown =>
  error instanceof StreamDeletedError ? deleted(stream) : error;

const deleted = (stream: string): StreamDamaged =>
  new StreamDamaged('STREAM_INCOMPLETE', stream, 'The stream was deleted on the server.');

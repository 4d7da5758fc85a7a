import {
  type AllStreamRecordedEvent,
  type ReadAllOptions,
  type ReadPosition,
  type ReadStreamOptions,
  type RecordedEvent,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { type Position, START } from '@waymark/core/kernel';
import { received } from './calls';
import type { Connection } from './connection';

/** A stream's events; none where there is no such stream. Links are events like others. */
export async function ofStream(
  { client, as }: Connection,
  stream: string,
  options: ReadStreamOptions,
  silence: number,
): Promise<RecordedEvent[]> {
  const reading = client.readStream(stream, { ...as, ...options, requiresLeader: true });
  try {
    return (await received(reading, silence)).flatMap(({ event }) => event ?? []);
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw deleted(error, stream);
  }
}

/** Events of all streams: the system's too. */
export async function ofAll(
  { client, as }: Connection,
  options: ReadAllOptions,
  silence: number,
): Promise<AllStreamRecordedEvent[]> {
  const reading = client.readAll({ ...as, ...options });
  return (await received(reading, silence)).flatMap(({ event }) => event ?? []);
}

/** Where to begin to read all streams in order to find what is behind a position. The event there comes again. */
export const place = (position: Position): ReadPosition =>
  position === START ? 'start' : { commit: BigInt(position), prepare: BigInt(position) };

/** A tombstoned stream, which takes and gives no events any more, said clearly; other errors as they are. */
export const deleted = (error: unknown, stream: string): unknown =>
  error instanceof StreamDeletedError
    ? new Error(`stream ${stream} was deleted for good: it has no events, and takes none`, { cause: error })
    : error;

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
import { collected } from './calls';
import type { Connection } from './connection';

/** The events of a stream; empty if the stream does not exist. Links are returned as events. */
export async function readStream(
  { client, as }: Connection,
  stream: string,
  options: ReadStreamOptions,
  silence: number,
): Promise<RecordedEvent[]> {
  const reading = client.readStream(stream, { ...as, ...options, requiresLeader: true });
  try {
    return (await collected(reading, silence)).flatMap(({ event }) => event ?? []);
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw clearlyDeleted(error, stream);
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

/**
 * A clear error for a tombstoned stream, which can be neither read nor written any more; other errors
 * unchanged.
 */
export const clearlyDeleted = (error: unknown, stream: string): unknown =>
  error instanceof StreamDeletedError
    ? new Error(`stream ${stream} was permanently deleted: it can be neither read nor written`, {
        cause: error,
      })
    : error;

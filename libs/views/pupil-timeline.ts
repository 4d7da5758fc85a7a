import { streamName, type EventStore, type RecordedEvent } from '@waymark/kernel';

/** Something that happened, with who did it and what it followed from. */
export interface TimelineEntry {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly schema: number;
  readonly stream: string;
  readonly revision: number;
  /** The day it is about. */
  readonly on: string;
  readonly recordedAt: string;
  readonly actor: string;
  readonly correlation: string;
  /** The command, or for a policy the event, that it followed from. */
  readonly causation: string;
  readonly command: string;
  readonly data: object;
}

/**
 * Everything recorded of a pupil's journey, read from the streams themselves: the journey, the pupil, the register.
 * In the order in which it was recorded.
 */
export async function timelineOf(
  events: EventStore,
  journey: string,
  pupil: string,
): Promise<TimelineEntry[]> {
  const streams = await Promise.all(
    [streamName('journey', journey), streamName('pupil', pupil), streamName('attendance', pupil)].map(
      (stream) => events.readStream(stream),
    ),
  );
  return streams
    .flat()
    .sort((a, b) => a.position - b.position)
    .map(entry);
}

const entry = ({ id, type, stream, revision, position, data, metadata }: RecordedEvent): TimelineEntry => ({
  position,
  id,
  type,
  schema: metadata.schema,
  stream,
  revision,
  on: metadata.on,
  recordedAt: metadata.recordedAt,
  actor: metadata.actor,
  correlation: metadata.correlation,
  causation: metadata.causation,
  command: metadata.command.id,
  data,
});

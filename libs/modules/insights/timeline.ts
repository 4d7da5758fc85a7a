import type { Day } from '@waymark/core/fields';
import { type EventStore, type RecordedEvent, streamName } from '@waymark/core/kernel';
import { type Answer, count, day, jsonObject, moment, object, position, text } from '@waymark/core/questions';
import type { AttendanceEvents } from '@waymark/modules/attendance';
import { historyThen, recordedBy, type Then } from '@waymark/modules/journey/questions/journey-document';

/** An event with its actor and its cause. */
export const timelineEntry = object(
  {
    position: position(),
    id: text("The event's id."),
    type: text(),
    schema: count("The version of the event's schema."),
    stream: text(),
    revision: count(),
    on: day('The day that the event is about.'),
    recordedAt: moment(),
    actor: text(),
    correlation: text(),
    causation: text(
      'The command that caused the event, or for a policy’s command the event that the policy reacted to.',
    ),
    command: text(),
    data: jsonObject("The event's own fields."),
  },
  { $id: 'TimelineEntry' },
);

export type TimelineEntry = Answer<typeof timelineEntry>;

/**
 * All events of a pupil's journey, read from the streams of the journey, the pupil and the register, in order of
 * recording. `then` limits them to what had been recorded by a time and is about days up to a day.
 */
export async function timelineOf(
  events: EventStore,
  journey: string,
  pupil: string,
  then: Then = {},
): Promise<TimelineEntry[]> {
  const streams = await Promise.all([
    events.readStream(streamName('journey', journey)).then((history) => historyThen(history, then)),
    ...[streamName('pupil', pupil), streamName('attendance', pupil)].map(async (stream) =>
      aboutDaysUpTo(then.asOf, recordedBy(then.asKnownAt, await events.readStream(stream))),
    ),
  ]);
  return streams
    .flat()
    .sort((a, b) => a.position - b.position)
    .map(entry);
}

const MARKS: keyof AttendanceEvents = 'AttendanceRecorded';

/** Events about days up to `day`. An event with a week's marks keeps only the marks up to that day. */
function aboutDaysUpTo(day: Day | undefined, events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  if (day === undefined) return events;
  return events.flatMap((event) => {
    if (event.type !== MARKS) return event.metadata.on <= day ? [event] : [];
    const data = event.data as AttendanceEvents[typeof MARKS];
    const marks = data.marks.filter(({ on }) => on <= day);
    return marks.length === 0 ? [] : [{ ...event, data: { ...data, marks } }];
  });
}

const entry = ({
  id,
  type,
  stream,
  revision,
  position: at,
  data,
  metadata,
}: RecordedEvent): TimelineEntry => ({
  position: at,
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

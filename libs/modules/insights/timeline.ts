import { Type } from '@sinclair/typebox';
import type { Day } from '@waymark/core/fields';
import { type EventStore, type RecordedEvent, streamName } from '@waymark/core/kernel';
import { type Answer, count, day, jsonObject, object, position, text } from '@waymark/core/questions';
import type { AttendanceEvents } from '@waymark/modules/attendance';
import { historyThen, recordedBy, type Then } from '@waymark/modules/journey/questions/journey-document';

/** An event with its actor and its cause. */
export const timelineEntry = object(
  {
    position: Type.Optional(position()),
    id: Type.Optional(text("The event's id.")),
    type: text(),
    schema: count("The version of the event's schema."),
    stream: text(),
    revision: Type.Optional(count()),
    on: day('The day that the event is about.'),
    recordedAt: Type.Union([Type.String({ format: 'date-time' }), Type.String({ format: 'date' })], {
      description: 'UTC, to the millisecond; only the day if you may not see times of recording.',
    }),
    actor: Type.Optional(text()),
    correlation: Type.Optional(text()),
    causation: Type.Optional(
      text(
        'The command that caused the event, or for a policy’s command the event that the policy reacted to.',
      ),
    ),
    command: Type.Optional(text()),
    data: jsonObject("The event's own fields."),
  },
  {
    $id: 'TimelineEntry',
    description:
      'If you may not see who recorded what in which order, the ids, the positions, the actor and the cause are absent.',
  },
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

/**
 * The entries without what tells who recorded them, in which request and in what order, and with times cut to the day.
 * They are ordered by the day of recording, the day they are about and their content, so that the order tells nothing.
 */
export function withoutRecording(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries
    .map(({ type, schema, stream, on, recordedAt, data }) => ({
      ...{ type, schema, stream, on },
      recordedAt: recordedAt.slice(0, 10),
      data: timesCutToDays(data) as object,
    }))
    .map((entry) => [`${entry.recordedAt} ${entry.on} ${JSON.stringify(entry)}`, entry] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => entry);
}

const TIME = /^\d{4}-\d{2}-\d{2}T/;

function timesCutToDays(value: unknown): unknown {
  if (typeof value === 'string') return TIME.test(value) ? value.slice(0, 10) : value;
  if (Array.isArray(value)) return value.map(timesCutToDays);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, timesCutToDays(field)]));
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

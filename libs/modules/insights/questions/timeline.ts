import { readers } from '@waymark/modules/shared/rights';
import type { Reach } from '@waymark/core/access';
import { IsDay, IsInstant, maskUpns, Optional } from '@waymark/core/fields';
import { numeral, pageFrom, pageWith, PageParameters, question, uuid } from '@waymark/core/questions';
import { journey } from '@waymark/modules/journey';
import { thenOf, toTheDay } from '@waymark/modules/journey/questions/get-journey';
import { journeyOf, type Then, thenFields } from '@waymark/modules/journey/questions/journey-document';
import { type JourneySources, recordsFor } from '@waymark/modules/journey/questions/records';
import { exampleIds } from '@waymark/modules/shared/examples';
import { type TimelineEntry, timelineEntry, timelineOf, withoutRecording } from '../timeline';

/** The day and time as of which a journey is shown. */
export class TimelineParameters extends PageParameters {
  @Optional() @IsDay('2025-12-01') asOf?: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

export const getTimeline = question({
  name: 'GetTimeline',
  path: 'journeys/:id/timeline',
  parts: { id: journey },
  problems: { 404: ['UNKNOWN_JOURNEY_THEN'] },
  parameters: TimelineParameters,
  summary: 'All events of a journey, its pupil and the register',
  description:
    'In order of recording, each with its actor and its cause. If you may not see who recorded what and when, these and the ids and positions are absent, times are cut to the day, and the order within a day is that of the content. With `asOf` and `asKnownAt`, only the events from which the journey of that day and time follows; for the register, marks of days up to `asOf` that were in the log by `asKnownAt`.',
  schema: pageWith({ pupil: uuid(), ...thenFields }, timelineEntry, { $id: 'Timeline' }),
  example: {
    pupil: exampleIds.pupil,
    asOf: '2025-12-01',
    asKnownAt: '2026-02-15T00:00:00.000Z',
    items: [
      {
        position: 1042,
        id: exampleIds.event,
        type: 'ConsentGiven',
        schema: 1,
        stream: `journey-${exampleIds.journey}`,
        revision: 1,
        on: '2025-10-13',
        recordedAt: '2025-10-14T09:12:31.000Z',
        actor: 'mentor:M-890-1',
        correlation: exampleIds.command,
        causation: exampleIds.command,
        command: exampleIds.command,
        data: { on: '2025-10-13', by: 'PARENT' },
      },
    ],
    next: '1042',
  },
  by: readers,
  views: [],
  shown: ({ pupil }) => [pupil],
  answer: async ({ id, asOf, asKnownAt, ...page }, sources) => {
    const asked = thenOf({
      ...(asOf !== undefined && { asOf }),
      ...(asKnownAt !== undefined && { asKnownAt }),
    });
    const { items: entries, ...shown } = await timelineFor(sources, sources.reach, id, asked);
    const begin = (from: string): number => {
      const seen = numeral(from);
      return seen < 0 ? seen : entries.filter((entry, index) => cursorOf(entry, index + 1) <= seen).length;
    };
    const { items, ...next } = pageFrom(entries, page, begin, (last, end) => String(cursorOf(last, end)));
    return { ...shown, items: [...items], ...next };
  },
});

/** The position of an entry; its number if the position is not shown. */
const cursorOf = ({ position }: TimelineEntry, number: number): number => position ?? number;

/** A journey's timeline as a principal may see it, with UPNs masked. Throws `NOT_ALLOWED`, or what `journeyOf` throws. */
export async function timelineFor(sources: JourneySources, reach: Reach, id: string, asked: Then) {
  const { things, events, withRecording } = await recordsFor(sources, reach, id);
  const then = withRecording ? asked : toTheDay(asked);
  const { pupil } = await journeyOf(things, id, then);
  const entries = await timelineOf(events, id, pupil, then);
  return { pupil, ...then, items: maskUpns(withRecording ? entries : withoutRecording(entries)) };
}

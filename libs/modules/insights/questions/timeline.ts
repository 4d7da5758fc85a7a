import { readers } from '@waymark/modules/shared/rights';
import { IsDay, IsInstant, maskUpns, Optional } from '@waymark/core/fields';
import { numeral, pageFrom, pageWith, PageParameters, question, uuid } from '@waymark/core/questions';
import { journey } from '@waymark/modules/journey';
import { thenOf } from '@waymark/modules/journey/questions/get-journey';
import { journeyOf, thenFields } from '@waymark/modules/journey/questions/journey-document';
import { recordsFor } from '@waymark/modules/journey/questions/records';
import { exampleIds } from '@waymark/modules/shared/examples';
import { timelineEntry, timelineOf } from '../timeline';

/** The day and time as of which a journey is shown. */
export class TimelineParameters extends PageParameters {
  @Optional() @IsDay('2025-12-01') asOf?: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

export const getTimeline = question({
  name: 'GetTimeline',
  path: 'journeys/:id/timeline',
  parts: { id: journey },
  parameters: TimelineParameters,
  summary: 'All events of a journey, its pupil and the register',
  description:
    'In order of recording, each with its actor and its cause. With `asOf` and `asKnownAt`, only the events from which the journey of that day and time follows; for the register, marks of days up to `asOf` that were in the log by `asKnownAt`.',
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
    const { things, events } = await recordsFor(sources, sources.reach, id);
    const then = thenOf({
      ...(asOf !== undefined && { asOf }),
      ...(asKnownAt !== undefined && { asKnownAt }),
    });
    const { pupil } = await journeyOf(things, id, then);
    const entries = await timelineOf(events, id, pupil, then);
    const begin = (from: string): number => {
      const seen = numeral(from);
      return seen < 0 ? seen : entries.filter(({ position }) => position <= seen).length;
    };
    const { items, ...next } = pageFrom(entries, page, begin, ({ position }) => String(position));
    return { pupil, ...then, items: items.map((entry) => maskUpns(entry)), ...next };
  },
});

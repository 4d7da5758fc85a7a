import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { toMoment, maskUpns } from '@waymark/core/fields';
import { timelineOf } from '@waymark/modules/insights/timeline';
import {
  type JourneyDocument,
  journeyOf,
  type Then,
} from '@waymark/modules/journey/questions/journey-document';
import { Platform, recordsFor } from '@waymark/platform';
import type { TimelinePage } from './documents';
import { numeral, pageFrom } from './pages';
import { GetJourney, GetTimeline } from './questions';

@QueryHandler(GetJourney)
export class GetJourneyHandler implements IQueryHandler<GetJourney> {
  constructor(private readonly platform: Platform) {}

  async execute({ id, reach, asOf, asKnownAt }: GetJourney): Promise<JourneyDocument> {
    const { things } = await recordsFor(this.platform, reach, id);
    return journeyOf(things, id, thenOf({ asOf, asKnownAt }));
  }
}

@QueryHandler(GetTimeline)
export class GetTimelineHandler implements IQueryHandler<GetTimeline> {
  constructor(private readonly platform: Platform) {}

  async execute(question: GetTimeline): Promise<TimelinePage> {
    const { id, reach, asOf, asKnownAt } = question;
    const { things, events } = await recordsFor(this.platform, reach, id);
    const then = thenOf({ asOf, asKnownAt });
    const { pupil } = await journeyOf(things, id, then);
    const entries = await timelineOf(events, id, pupil, then);
    const begin = (from: string): number => {
      const seen = numeral(from);
      return seen < 0 ? seen : entries.filter(({ position }) => position <= seen).length;
    };
    const { items, ...next } = pageFrom(entries, question, begin, ({ position }) => String(position));
    return { pupil, ...then, items: items.map((entry) => maskUpns(entry)), ...next };
  }
}

interface Asked {
  readonly asOf?: string | undefined;
  readonly asKnownAt?: string | undefined;
}

function thenOf({ asOf, asKnownAt = '' }: Asked): Then {
  const known = toMoment(asKnownAt);
  return { ...(asOf !== undefined && { asOf }), ...(known !== undefined && { asKnownAt: known }) };
}

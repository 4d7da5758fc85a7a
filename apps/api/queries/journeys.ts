import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Platform } from '@waymark/platform';
import { journeyOf, timelineOf, withoutUpns, type JourneyDocument, type Then } from '@waymark/views';
import { toMoment } from '@waymark/vocabulary';
import type { TimelinePage } from './documents';
import { numeral, pageFrom } from './pages';
import { GetJourney, GetTimeline } from './questions';

@QueryHandler(GetJourney)
export class GetJourneyHandler implements IQueryHandler<GetJourney> {
  constructor(private readonly platform: Platform) {}

  execute({ id, ...then }: GetJourney): Promise<JourneyDocument> {
    return journeyOf(this.platform.submitter, id, thenOf(then));
  }
}

@QueryHandler(GetTimeline)
export class GetTimelineHandler implements IQueryHandler<GetTimeline> {
  constructor(private readonly platform: Platform) {}

  async execute({ id, asOf, asKnownAt, ...page }: GetTimeline): Promise<TimelinePage> {
    const then = thenOf({ asOf, asKnownAt });
    const { pupil } = await journeyOf(this.platform.submitter, id, then);
    const entries = await timelineOf(this.platform.events, id, pupil, then);
    const begin = (after: string): number => {
      const seen = numeral(after);
      return seen < 0 ? seen : entries.filter(({ position }) => position <= seen).length;
    };
    const { items, ...next } = pageFrom(entries, page, begin, ({ position }) => String(position));
    return { ...then, items: items.map((entry) => withoutUpns(entry)), ...next };
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

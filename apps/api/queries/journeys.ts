import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Journey } from '@waymark/domain';
import { Refusal } from '@waymark/kernel';
import { Platform } from '@waymark/platform';
import { timelineOf, type Page, type TimelineEntry } from '@waymark/views';
import { isUpn } from '@waymark/vocabulary';
import type { JourneyDocument } from './documents';
import { numeral, pageFrom } from './pages';
import { GetJourney, GetTimeline } from './questions';

type Begun = Journey & Required<Pick<Journey, 'pupil' | 'model'>>;

async function begun({ submitter }: Platform, id: string): Promise<{ journey: Begun; revision: number }> {
  const loaded = await submitter.load('journey', id);
  const { pupil, model, ...rest } = loaded.state as Journey;
  if (pupil === undefined || model === undefined) {
    throw new Refusal('UNKNOWN_JOURNEY', 'There is no journey with this id.', 'missing');
  }
  return { journey: { ...rest, pupil, model }, revision: Number(loaded.revision) };
}

@QueryHandler(GetJourney)
export class GetJourneyHandler implements IQueryHandler<GetJourney> {
  constructor(private readonly platform: Platform) {}

  async execute({ id }: GetJourney): Promise<JourneyDocument> {
    const { journey, revision } = await begun(this.platform, id);
    const { model, sessions, barriers, support } = journey;
    const { version, phases, sessionsPerPhase } = model;
    return {
      id,
      revision,
      ...journey,
      model: { version, phases, sessionsPlanned: phases.length * sessionsPerPhase },
      sessions: Object.entries(sessions)
        .map(([session, rest]) => ({ session, ...rest }))
        .sort((a, b) => (a.on < b.on ? -1 : 1)),
      barriers: Object.entries(barriers).map(([barrier, rest]) => ({ barrier, ...rest })),
      support: Object.entries(support).map(([referral, step]) => ({ referral, step })),
    };
  }
}

@QueryHandler(GetTimeline)
export class GetTimelineHandler implements IQueryHandler<GetTimeline> {
  constructor(private readonly platform: Platform) {}

  async execute({ id, ...page }: GetTimeline): Promise<Page<TimelineEntry>> {
    const { journey } = await begun(this.platform, id);
    const entries = await timelineOf(this.platform.events, id, journey.pupil);
    const begin = (after: string): number => {
      const seen = numeral(after);
      return seen < 0 ? seen : entries.filter(({ position }) => position <= seen).length;
    };
    const { items, ...next } = pageFrom(entries, page, begin, ({ position }) => String(position));
    return { items: items.map(withoutUpns), ...next };
  }
}

/** As long as nobody can say who reads, a pupil's number is not shown; its end tells two numbers apart. */
const withoutUpns = (entry: TimelineEntry): TimelineEntry => ({
  ...entry,
  data: Object.fromEntries(
    Object.entries(entry.data).map(([name, value]: [string, unknown]) => [
      name,
      isUpn(value) ? `*${value.slice(-3)}` : value,
    ]),
  ),
});

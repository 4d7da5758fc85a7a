import type { Submitter } from '@waymark/core/commands';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { Reminders } from '@waymark/modules/mentor';
import type { PupilFacts } from '@waymark/modules/pupil/facts';

/**
 * Finds the pupils whom an export by pupil or journey must leave out: erased, under a processing restriction, or
 * objecting to the evaluation archive or to research. Group figures still include them. Answers are cached for one
 * export.
 */
export class Exclusions {
  private readonly pupils = new Map<string, Promise<boolean>>();

  constructor(private readonly submitter: Pick<Submitter, 'facts'>) {}

  excludesPupil(id: string): Promise<boolean> {
    let known = this.pupils.get(id);
    if (!known) this.pupils.set(id, (known = this.lookUp(id)));
    return known;
  }

  async excludesJourney(id: string): Promise<boolean> {
    const journey = await this.submitter.facts<JourneyFacts>('journey', id);
    return journey !== undefined && this.excludesPupil(journey.pupil);
  }

  /** A reminder without the excluded journeys. */
  async withoutExcluded<Reminder extends Reminders>(reminder: Reminder): Promise<Reminder> {
    return {
      ...reminder,
      overdue: await this.others(reminder.overdue, ({ journey }) => journey),
      quiet: await this.others(reminder.quiet, (journey) => journey),
    };
  }

  private async others<Item>(items: readonly Item[], journeyOf: (item: Item) => string): Promise<Item[]> {
    const left = await Promise.all(items.map((item) => this.excludesJourney(journeyOf(item))));
    return items.filter((_, index) => !left[index]);
  }

  private async lookUp(id: string): Promise<boolean> {
    const {
      erased,
      restricted,
      objectsTo = [],
    } = (await this.submitter.facts<PupilFacts>('pupil', id)) ?? {};
    if (erased || restricted) return true;
    return objectsTo.includes('EVALUATION_ARCHIVE') || objectsTo.includes('RESEARCH');
  }
}

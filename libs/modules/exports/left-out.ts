import type { Submitter } from '@waymark/core/commands';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { Reminders } from '@waymark/modules/mentor';
import type { PupilFacts } from '@waymark/modules/pupil/facts';

/**
 * Who is left out of what is given out pupil by pupil: those who were erased, whose data are restricted, or who object to the
 * archive or to research. Sums over many are left as they are. One export asks once for each.
 */
export class LeftOut {
  private readonly pupils = new Map<string, Promise<boolean>>();

  constructor(private readonly submitter: Pick<Submitter, 'facts'>) {}

  pupil(id: string): Promise<boolean> {
    let known = this.pupils.get(id);
    if (!known) this.pupils.set(id, (known = this.lookUp(id)));
    return known;
  }

  async journey(id: string): Promise<boolean> {
    const journey = await this.submitter.facts<JourneyFacts>('journey', id);
    return journey !== undefined && this.pupil(journey.pupil);
  }

  /** A reminder of the other journeys. */
  async from<Reminder extends Reminders>(reminder: Reminder): Promise<Reminder> {
    return {
      ...reminder,
      overdue: await this.others(reminder.overdue, ({ journey }) => journey),
      quiet: await this.others(reminder.quiet, (journey) => journey),
    };
  }

  private async others<Item>(items: readonly Item[], journeyOf: (item: Item) => string): Promise<Item[]> {
    const left = await Promise.all(items.map((item) => this.journey(journeyOf(item))));
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

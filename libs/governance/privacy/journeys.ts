import type { Submitter } from '@waymark/core/commands';
import { type RowReader, streamId } from '@waymark/core/kernel';
import { byKey } from '@waymark/core/projections';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import { programmes } from '@waymark/modules/programme/views/programmes';

/** Where a pupil's journeys are looked up. */
export interface Journeys {
  readonly rows: RowReader;
  readonly submitter: Pick<Submitter, 'holder' | 'facts'>;
}

/** A pupil's journeys, of which there is one for each programme at most: as their claims have them, which no view lags behind. */
export async function journeysOf({ rows, submitter }: Journeys, pupil: string): Promise<string[]> {
  const found = await Promise.all(
    [...(await byKey(rows, programmes)).keys()].map(async (programme) => {
      const holder = await submitter.holder('journey', `${programme}/${pupil}`);
      const journey = holder === undefined ? undefined : streamId(holder);
      // Claimed by a referral that was never recorded, it does not exist.
      if (journey === undefined || !(await submitter.facts<JourneyFacts>('journey', journey))) return [];
      return [journey];
    }),
  );
  return found.flat().sort();
}

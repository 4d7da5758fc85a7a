import type { Lookup } from '@waymark/core/access';
import type { Day } from '@waymark/core/fields';
import { streamId } from '@waymark/core/kernel';

/** What other modules may know of a journey. */
export interface JourneyFacts {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly eligible: boolean;
  /** The first day of the consents that stand; none where there is no consent at present. */
  readonly consentedSince?: Day;
  readonly ended: boolean;
  /** The day of the end; absent while the journey goes on. */
  readonly endedOn?: Day;
  readonly mentor?: string;
}

/** The value of the claim that makes a pupil's journey the only one in a programme. */
export const journeyClaim = (programme: string, pupil: string) => ({
  kind: 'journey',
  value: `${programme}/${pupil}`,
});

/** Ids of a pupil's journeys, one for each programme at most, in order. Read from claims, which no view lags behind. */
export async function journeysOf(
  pupil: string,
  look: Pick<Lookup, 'programmes' | 'holder' | 'facts'>,
): Promise<string[]> {
  const found = await Promise.all(
    (await look.programmes()).map(async (programme) => {
      const { kind, value } = journeyClaim(programme, pupil);
      const holder = await look.holder(kind, value);
      const journey = holder === undefined ? undefined : streamId(holder);
      // A referral can have claimed it and then not been recorded: then the journey does not exist.
      if (journey === undefined || !(await look.facts<JourneyFacts>('journey', journey))) return [];
      return [journey];
    }),
  );
  return found.flat().sort();
}

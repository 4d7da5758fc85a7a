import type { Day } from '@waymark/core/fields';
import { type Lookup, type Scope, type ScopesOf, streamId } from '@waymark/core/kernel';
import { scopeOfSchool } from '@waymark/modules/school/facts';

/** The facts that a journey publishes to other modules. */
export interface JourneyFacts {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly eligible: boolean;
  /** The first day of the consents that are not withdrawn; absent if there are none. */
  readonly consentedSince?: Day;
  readonly ended: boolean;
  /** The day of the end; absent if the journey has not ended. */
  readonly endedOn?: Day;
  readonly mentor?: string;
  /** The mentors allocated on a day; the current mentor for a day on which there was none. */
  mentorsOn(day: Day): readonly string[];
}

/** The claim that makes a pupil's journey unique within a programme. */
export const journeyClaim = (programme: string, pupil: string) => ({
  kind: 'journey',
  value: `${programme}/${pupil}`,
});

/**
 * Ids of a pupil's journeys, in order; at most one per programme. Read from claims, which never lag behind as views
 * can.
 */
export async function journeysOf(
  pupil: string,
  look: Pick<Lookup, 'programmes' | 'holder' | 'facts'>,
): Promise<string[]> {
  const found = await Promise.all(
    (await look.programmes()).map(async (programme) => {
      const { kind, value } = journeyClaim(programme, pupil);
      const holder = await look.holder(kind, value);
      const journey = holder === undefined ? undefined : streamId(holder);
      // A referral may have claimed the value and then failed: then the journey does not exist.
      if (journey === undefined || !(await look.facts<JourneyFacts>('journey', journey))) return [];
      return [journey];
    }),
  );
  return found.flat().sort();
}

/** A journey lies in the scope of its programme, of the school of the referral, and of its mentor. */
export const scopesOfJourney: ScopesOf = async (id, look) => {
  const known = await look.facts<JourneyFacts>('journey', id);
  if (!known) return [];
  const { programme, school, mentor } = known;
  return [{ programme, ...(await scopeOfSchool(school, look)), ...(mentor !== undefined && { mentor }) }];
};

/**
 * The scopes that a fact about a journey on a day lies in: those of the journey, with the mentor of that day instead of
 * the current one.
 */
export async function scopesOfJourneyOn(day: Day, id: string, look: Lookup): Promise<readonly Scope[]> {
  const known = await look.facts<JourneyFacts>('journey', id);
  if (!known) return [];
  const scope = { programme: known.programme, ...(await scopeOfSchool(known.school, look)) };
  const mentors = known.mentorsOn(day);
  return mentors.length === 0 ? [scope] : mentors.map((mentor) => ({ ...scope, mentor }));
}

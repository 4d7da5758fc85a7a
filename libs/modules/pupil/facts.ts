import type { Lookup, Scope, ScopesOf } from '@waymark/core/kernel';
import { type JourneyFacts, journeysOf, scopesOfJourney } from '@waymark/modules/journey/facts';
import { scopeOfSchool, scopesOfSchool } from '@waymark/modules/school/facts';
import type { Day } from '@waymark/core/fields';
import type { ObjectionScope } from '@waymark/core/privacy';

/** The facts that a pupil publishes to other modules. */
export interface PupilFacts {
  /** The URN of the pupil's school on a day. */
  schoolOn(day: Day): string;
  /** Whether the pupil's data were erased. */
  readonly erased?: boolean;
  /** Whether there is a processing restriction: the data are kept but not used. */
  readonly restricted?: boolean;
  /** Whether there is a legal hold. */
  readonly held?: boolean;
  /** What the pupil currently objects to. */
  readonly objectsTo?: readonly ObjectionScope[];
}

/** A pupil lies in the scope of the school of today, and of the programme and mentor of each journey. */
export const scopesOfPupil: ScopesOf = (id, look) => scopesOfPupilOn(look.today(), id, look);

/**
 * The scopes that a pupil lies in on a day: the school of that day, alone and with the programme and mentor of each
 * journey. A former school's scope ends with the move.
 */
export async function scopesOfPupilOn(day: Day, id: string, look: Lookup): Promise<readonly Scope[]> {
  const pupil = await look.facts<PupilFacts>('pupil', id);
  if (!pupil) return [];
  const school = await scopeOfSchool(pupil.schoolOn(day), look);
  const journeys = await Promise.all(
    (await journeysOf(id, look)).map(async (journey) => {
      const { programme, mentor } = (await look.facts<JourneyFacts>('journey', journey))!;
      return { programme, ...school, ...(mentor !== undefined && { mentor }) };
    }),
  );
  return [school, ...journeys];
}

/**
 * The scopes that a pupil lies in on a day for a programme that takes in pupils: those of the pupil, and each programme of
 * the school of that day.
 */
export async function scopesForIntakeOn(day: Day, id: string, look: Lookup): Promise<readonly Scope[]> {
  const pupil = await look.facts<PupilFacts>('pupil', id);
  if (!pupil) return [];
  return [...(await scopesOfPupilOn(day, id, look)), ...(await scopesOfSchool(pupil.schoolOn(day), look))];
}

/**
 * The places that a role over a mentor reaches with a journey: those of the journey, and those of the pupil, who may have
 * moved since the journey began.
 */
export async function placesOfJourney(id: string, look: Lookup): Promise<readonly (readonly Scope[])[]> {
  const journey = await look.facts<JourneyFacts>('journey', id);
  return [await scopesOfJourney(id, look), journey ? await scopesOfPupil(journey.pupil, look) : []];
}

import type { ScopesOf } from '@waymark/core/access';
import { journeysOf, scopesOfJourney } from '@waymark/modules/journey/facts';
import { scopeOfSchool } from '@waymark/modules/school/facts';
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

/** A pupil lies in the scope of the current school, and in the scope of each of the pupil's journeys. */
export const scopesOfPupil: ScopesOf = async (id, look) => {
  const pupil = await look.facts<PupilFacts>('pupil', id);
  if (!pupil) return [];
  const journeys = (await journeysOf(id, look)).map((journey) => scopesOfJourney(journey, look));
  return [await scopeOfSchool(pupil.schoolOn(look.today()), look), ...(await Promise.all(journeys)).flat()];
};

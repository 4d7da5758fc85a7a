import type { ScopesOf } from '@waymark/core/access';
import { journeysOf, type JourneyFacts } from '@waymark/modules/journey/facts';
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
  const journeys = await Promise.all(
    (await journeysOf(id, look)).map(async (journey) => {
      const { programme, school, mentor } = (await look.facts<JourneyFacts>('journey', journey))!;
      return { programme, ...(await scopeOfSchool(school, look)), ...(mentor !== undefined && { mentor }) };
    }),
  );
  return [await scopeOfSchool(pupil.schoolOn(look.today()), look), ...journeys];
};

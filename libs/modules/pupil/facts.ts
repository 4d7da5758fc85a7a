import type { ScopesOf } from '@waymark/core/access';
import { journeysOf, type JourneyFacts } from '@waymark/modules/journey/facts';
import { scopeOfSchool } from '@waymark/modules/school/facts';
import type { Day } from '@waymark/core/fields';
import type { ObjectionScope } from '@waymark/core/privacy';

/** What other modules may know of a pupil. */
export interface PupilFacts {
  /** The pupil's school on a day: its URN. */
  schoolOn(day: Day): string;
  /** The pupil's data were erased: nothing more may be recorded of them. */
  readonly erased?: boolean;
  /** The pupil's data may be kept at present, and not used. */
  readonly restricted?: boolean;
  /** A legal hold keeps the pupil's data. */
  readonly held?: boolean;
  /** What the pupil objects to. */
  readonly objectsTo?: readonly ObjectionScope[];
}

/** A pupil lies at the school of today, and wherever one of the pupil's journeys lies. */
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

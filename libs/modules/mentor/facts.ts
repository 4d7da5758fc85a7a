import type { ScopesOf } from '@waymark/core/kernel';
import { scopeOfSchool } from '@waymark/modules/school/facts';

export interface MentorFacts {
  readonly programme: string;
  readonly area: string;
  readonly school: string;
  /** All programmes of the mentor so far, including the current one. */
  readonly programmes: readonly string[];
  /** Ids of the journeys that have had a place in the caseload, including released ones. */
  readonly journeys: readonly string[];
}

/** A mentor lies in the scope of the programme and of the school where the mentor is based. */
export const scopesOfMentor: ScopesOf = async (id, look) => {
  const known = await look.facts<MentorFacts>('mentor', id);
  if (!known) return [];
  const { programme, school, area } = known;
  return [{ mentor: id, programme, ...(await scopeOfSchool(school, look)), area }];
};

import type { Lookup } from '@waymark/core/access';
import type { Scope } from '@waymark/core/kernel';

/** What other modules may know of a school. */
export interface SchoolFacts {
  readonly area: string;
  readonly region: string;
}

/** The scope of a school: its area and region too, where the school is known. */
export async function scopeOfSchool(urn: string, look: Pick<Lookup, 'facts'>): Promise<Scope> {
  const known = await look.facts<SchoolFacts>('school', urn);
  return { school: urn, ...(known && { area: known.area, region: known.region }) };
}

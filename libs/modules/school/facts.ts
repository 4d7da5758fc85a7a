import type { Lookup } from '@waymark/core/access';
import type { Scope } from '@waymark/core/kernel';

/** The facts that a school publishes to other modules. */
export interface SchoolFacts {
  readonly area: string;
  readonly region: string;
}

/** The scope of a school, including its area and region if the school is known. */
export async function scopeOfSchool(urn: string, look: Pick<Lookup, 'facts'>): Promise<Scope> {
  const known = await look.facts<SchoolFacts>('school', urn);
  return { school: urn, ...(known && { area: known.area, region: known.region }) };
}

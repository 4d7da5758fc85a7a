import type { Lookup, Scope, ScopesOf } from '@waymark/core/kernel';

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

/** A school by itself, and as a school of each programme that it has joined or that has a mentor based there. */
export const scopesOfSchool: ScopesOf = async (urn, look) => {
  const scope = await scopeOfSchool(urn, look);
  const programmes = await look.programmesAt(urn);
  return [scope, ...programmes.map((programme) => ({ ...scope, programme }))];
};

import { Type } from '@sinclair/typebox';
import type { Scope } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import { type Answer, object, type QuestionSources, text } from '@waymark/core/questions';
import type { SchoolDetails } from '../state';
import { schools } from '../views/schools';

export const schoolDocument = object(
  {
    urn: text(),
    name: text(),
    localAuthorityCode: text('Three digits. With the establishment number it makes the LAESTAB.'),
    localAuthority: text(),
    establishmentNumber: text(),
    phase: text(),
    status: text(),
    region: text(),
    area: text('The id of the area.'),
    areaName: text(),
    predecessor: Type.Optional(text('The URN of this school before it became an academy.')),
    programmes: Type.Array(text(), {
      description: 'The ids of the programmes that the school has joined, or that have a mentor based there.',
    }),
  },
  { $id: 'School' },
);

export type SchoolDocument = Answer<typeof schoolDocument>;

export const exampleSchool: SchoolDocument = {
  urn: '990401',
  name: 'Blackpool Harbour Academy',
  localAuthorityCode: '890',
  localAuthority: 'Blackpool',
  establishmentNumber: '4401',
  phase: 'Secondary',
  status: 'Open',
  region: 'North West',
  area: 'blackpool',
  areaName: 'Blackpool',
  programmes: ['ampe-2025-11'],
};

/** A school with the programmes of its scopes. */
export function documentOf(urn: string, details: SchoolDetails, scopes: readonly Scope[]): SchoolDocument {
  const programmes = scopes.flatMap(({ programme }) => (programme === undefined ? [] : [programme])).sort();
  return { urn, ...details, programmes };
}

/** All schools within reach, by URN. */
export async function schoolsInReach({
  rows,
  reach,
  scopesOf,
}: Pick<QuestionSources, 'rows' | 'reach' | 'scopesOf'>): Promise<SchoolDocument[]> {
  const found: SchoolDocument[] = [];
  for await (const { key, row } of every(rows, schools)) {
    const scopes = await scopesOf('school', key);
    if (reach.reaches(scopes)) found.push(documentOf(key, row, scopes));
  }
  return found;
}

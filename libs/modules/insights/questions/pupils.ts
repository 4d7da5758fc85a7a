import { Type } from '@sinclair/typebox';
import { Type as Transformed } from 'class-transformer';
import { IsUrn, IsWhole, Optional } from '@waymark/core/fields';
import type { RowReader } from '@waymark/core/kernel';
import { byKey, every, find } from '@waymark/core/projections';
import {
  object,
  pageOf,
  pageOfShown,
  PageParameters,
  question,
  type QuestionSources,
  text,
  uuid,
} from '@waymark/core/questions';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import { personalFields } from '@waymark/modules/pupil/questions/get-pupil';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { schools } from '@waymark/modules/school/views/schools';
import { exampleIds } from '@waymark/modules/shared/examples';
import { given } from '@waymark/modules/shared/repeats';
import { caseworkers, officer } from '@waymark/modules/shared/rights';

const pupilEntry = object(
  {
    id: uuid(),
    forename: Type.Optional(text('Absent if you may not see names of this pupil.')),
    surname: Type.Optional(text()),
    upn: Type.Optional(text('Masked except for the last three characters.')),
    school: text('The URN of the current school.'),
    schoolName: text(),
    yearGroup: Type.Optional(
      Type.Integer({ description: 'The highest of the journeys below. Absent if there is none.' }),
    ),
    journeys: Type.Array(uuid(), { description: 'The ids of the journeys within your reach.' }),
  },
  { $id: 'PupilEntry' },
);

/** Filters of the pupils. */
export class PupilsParameters extends PageParameters {
  @Optional() @IsUrn() school?: string;
  @Optional() @Transformed(() => Number) @IsWhole(1, 14, 8) yearGroup?: number;
}

export const listPupils = question({
  name: 'ListPupils',
  path: 'pupils',
  parameters: PupilsParameters,
  summary: 'The pupils within your reach, by school and year group',
  description:
    'Pupils come in the order of their ids, because a name must not be in the address of the next page. Erased pupils are left out.',
  schema: pageOf(pupilEntry),
  example: {
    items: [
      {
        id: exampleIds.pupil,
        forename: 'Zara',
        surname: 'Farouk',
        upn: '*001',
        school: '990401',
        schoolName: 'Blackpool Harbour Academy',
        yearGroup: 8,
        journeys: [exampleIds.journey],
      },
    ],
    next: exampleIds.pupil,
  },
  by: { ...caseworkers, ...officer },
  views: [pupils, caseloads, schools],
  shown: ({ items }) => items.map(({ id }) => id),
  answer: async ({ school, yearGroup, ...page }, sources) => {
    const { rows, reach, submitter, now, scopesOf } = sources;
    const today = now().slice(0, 10);
    const journeysOf = await journeysByPupil(rows);
    const called = await byKey(rows, schools);
    return pageOfShown(await find(rows, pupils), page, async ({ key: id }) => {
      const scopes = await scopesOf('pupil', id);
      const facts = await submitter.facts<PupilFacts>('pupil', id);
      if (!facts || facts.erased || !reach.reaches(scopes, id)) return undefined;
      const at = facts.schoolOn(today);
      if (school !== undefined && at !== school) return undefined;
      const journeys = await withinReach(journeysOf.get(id) ?? [], sources);
      const years = journeys.map(({ row }) => row.yearGroup);
      const year = years.length === 0 ? undefined : Math.max(...years);
      if (yearGroup !== undefined && year !== yearGroup) return undefined;
      return {
        ...{ id, school: at, schoolName: called.get(at)?.name ?? at },
        ...given({ yearGroup: year }),
        journeys: journeys.map(({ key }) => key),
        ...(await personalFields(id, scopes, { submitter, reach, reason: undefined })),
      };
    });
  },
});

interface JourneyRow {
  readonly key: string;
  readonly row: CaseloadRow;
}

async function journeysByPupil(rows: RowReader): Promise<ReadonlyMap<string, readonly JourneyRow[]>> {
  const found = new Map<string, JourneyRow[]>();
  for await (const { key, row } of every(rows, caseloads))
    found.set(row.pupil, [...(found.get(row.pupil) ?? []), { key, row }]);
  return found;
}

/** The journeys that the principal could ask for by themselves. */
async function withinReach(
  journeys: readonly JourneyRow[],
  { reach, scopesOf }: Pick<QuestionSources, 'reach' | 'scopesOf'>,
): Promise<JourneyRow[]> {
  const seen = await Promise.all(
    journeys.map(async ({ key }) => reach.reaches(await scopesOf('journey', key), key)),
  );
  return journeys.filter((_, index) => seen[index]);
}

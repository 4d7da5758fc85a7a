import { IsCode, IsOneOf, IsText, NotPersonal, Optional } from '@waymark/core/fields';
import { nobody, pageByKey, pageOf, PageParameters, question } from '@waymark/core/questions';
import { placeReaders } from '@waymark/modules/shared/rights';
import { schools } from '../views/schools';
import { exampleSchool, schoolDocument, type SchoolDocument, schoolsInReach } from './school-document';

const orders = ['urn', 'name'] as const;

/** Filters and order of the schools. */
export class SchoolsParameters extends PageParameters {
  @Optional() @IsCode('blackpool') area?: string;
  @NotPersonal('the name of a region')
  @Optional()
  @IsText('North West')
  region?: string;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsOneOf(orders) sort?: (typeof orders)[number];
}

/** Characters of a name that count for the order. A cursor has a maximum length. */
const NAME = 100;

const keyOf = ({ urn, name }: SchoolDocument, sort: SchoolsParameters['sort']): string =>
  sort === 'name' ? `${name.slice(0, NAME)} ${urn}` : urn;

export const listSchools = question({
  name: 'ListSchools',
  path: 'schools',
  parameters: SchoolsParameters,
  summary: 'The schools within your reach, by area, region or programme',
  schema: pageOf(schoolDocument),
  example: { items: [exampleSchool], next: exampleSchool.urn },
  by: placeReaders,
  views: [schools],
  shown: nobody,
  answer: async ({ area, region, programme, sort, ...page }, sources) => {
    const found = (await schoolsInReach(sources)).filter(
      (school) =>
        school.area === (area ?? school.area) &&
        school.region === (region ?? school.region) &&
        (programme === undefined || school.programmes.includes(programme)),
    );
    const keyed = found.map((school) => ({ key: keyOf(school, sort), school }));
    const { items, ...rest } = pageByKey(
      keyed.sort((a, b) => (a.key < b.key ? -1 : 1)),
      page,
    );
    return { items: items.map(({ school }) => school), ...rest };
  },
});

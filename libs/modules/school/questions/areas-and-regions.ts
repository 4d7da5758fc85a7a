import { Type } from '@sinclair/typebox';
import { IsText, NotPersonal, Optional } from '@waymark/core/fields';
import {
  count,
  nobody,
  object,
  pageOf,
  pageByKey,
  PageParameters,
  question,
  text,
} from '@waymark/core/questions';
import { placeReaders } from '@waymark/modules/shared/rights';
import { schools } from '../views/schools';
import { type SchoolDocument, schoolsInReach } from './school-document';

const schoolCount = count('The number of schools there within your reach.');

/** Filter of the areas. */
export class AreasParameters extends PageParameters {
  @NotPersonal('the name of a region')
  @Optional()
  @IsText('North West')
  region?: string;
}

/** The schools in groups, in the order of the groups' keys. */
function grouped(found: readonly SchoolDocument[], keyOf: (school: SchoolDocument) => string) {
  const groups = new Map<string, [SchoolDocument, ...SchoolDocument[]]>();
  for (const school of found) {
    const group = groups.get(keyOf(school));
    if (group) group.push(school);
    else groups.set(keyOf(school), [school]);
  }
  return [...groups].map(([key, members]) => ({ key, members })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

export const listAreas = question({
  name: 'ListAreas',
  path: 'areas',
  parameters: AreasParameters,
  summary: 'The areas of the schools within your reach',
  schema: pageOf(
    object(
      { area: text('The id of the area.'), name: text(), regions: Type.Array(text()), schools: schoolCount },
      { $id: 'Area' },
    ),
  ),
  example: {
    items: [{ area: 'blackpool', name: 'Blackpool', regions: ['North West'], schools: 4 }],
    next: 'blackpool',
  },
  by: placeReaders,
  views: [schools],
  shown: nobody,
  answer: async ({ region, ...page }, sources) => {
    const found = (await schoolsInReach(sources)).filter((each) => each.region === (region ?? each.region));
    const { items, ...rest } = pageByKey(
      grouped(found, ({ area }) => area),
      page,
    );
    return {
      items: items.map(({ key, members }) => ({
        area: key,
        name: members[0].areaName,
        regions: distinct(members.map((school) => school.region)),
        schools: members.length,
      })),
      ...rest,
    };
  },
});

export const listRegions = question({
  name: 'ListRegions',
  path: 'regions',
  parameters: PageParameters,
  summary: 'The regions of the schools within your reach',
  schema: pageOf(
    object(
      {
        region: text(),
        areas: Type.Array(text(), { description: 'The ids of the areas.' }),
        schools: schoolCount,
      },
      { $id: 'Region' },
    ),
  ),
  example: { items: [{ region: 'North West', areas: ['blackpool'], schools: 4 }], next: 'North West' },
  by: placeReaders,
  views: [schools],
  shown: nobody,
  answer: async (page, sources) => {
    const { items, ...rest } = pageByKey(
      grouped(await schoolsInReach(sources), ({ region }) => region),
      page,
    );
    return {
      items: items.map(({ key, members }) => ({
        region: key,
        areas: distinct(members.map(({ area }) => area)),
        schools: members.length,
      })),
      ...rest,
    };
  },
});

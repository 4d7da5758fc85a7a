import { Refusal } from '@waymark/core/kernel';
import { one } from '@waymark/core/projections';
import { nobody, question } from '@waymark/core/questions';
import { placeReaders } from '@waymark/modules/shared/rights';
import { school } from '../school';
import { schools } from '../views/schools';
import { documentOf, exampleSchool, schoolDocument } from './school-document';

export const getSchool = question({
  name: 'GetSchool',
  path: 'schools/:urn',
  parts: { urn: school },
  summary: 'A school, with its area, its region and its programmes',
  schema: schoolDocument,
  example: exampleSchool,
  by: placeReaders,
  views: [schools],
  shown: nobody,
  answer: async ({ urn }, { rows, reach, scopesOf }) => {
    const scopes = await scopesOf('school', urn);
    reach.demand(scopes);
    const details = await one(rows, schools, urn);
    if (!details)
      throw new Refusal('UNKNOWN_SCHOOL', 'There is no school with this URN. Check the URN.', 'missing');
    return documentOf(urn, details, scopes);
  },
});

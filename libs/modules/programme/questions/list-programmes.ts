import { find } from '@waymark/core/projections';
import { nobody, pageOf, pageOfShown, PageParameters, question } from '@waymark/core/questions';
import { everyone } from '@waymark/modules/shared/rights';
import { programmes } from '../views/programmes';
import { exampleProgramme, programmeDocument } from './get-programme';

export const listProgrammes = question({
  name: 'ListProgrammes',
  path: 'programmes',
  parameters: PageParameters,
  summary: 'The programmes with their current definitions, by id',
  schema: pageOf(programmeDocument),
  example: { items: [exampleProgramme], next: exampleProgramme.id },
  by: everyone,
  views: [programmes],
  shown: nobody,
  answer: async (page, { rows, reach, scopesOf }) =>
    pageOfShown(await find(rows, programmes), page, async ({ key, row }) =>
      reach.reaches(await scopesOf('programme', key)) ? { id: key, ...row } : undefined,
    ),
});

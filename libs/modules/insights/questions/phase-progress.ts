import { figureReaders } from '@waymark/modules/shared/rights';
import { IsCode, IsOneOf, Optional } from '@waymark/core/fields';
import { nobody, pageByKey, pageOf, PageParameters, question } from '@waymark/core/questions';
import { phaseProgress } from '@waymark/modules/journey/views/phase-progress';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import { examplePhases } from '@waymark/modules/shared/examples';
import {
  phaseProgressBy,
  type PhaseProgressGroup,
  phaseProgressGroups,
  phaseProgressSchema,
} from '../phase-progress';
import { withMentorNames } from './sources';

/** Grouping and filter of the phase progress. */
export class ProgressParameters extends PageParameters {
  @IsOneOf(phaseProgressGroups) by!: PhaseProgressGroup;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
}

export const getPhaseProgress = question({
  name: 'GetPhaseProgress',
  path: 'phase-progress',
  parameters: ProgressParameters,
  summary: 'Progress through the phases, by programme, area, school or mentor',
  schema: pageOf(phaseProgressSchema),
  example: {
    items: [
      {
        key: 'blackpool',
        name: 'Blackpool',
        waiting: 29,
        completed: 18,
        ended: 3,
        phases: examplePhases.map((name, index) => ({
          phase: index + 1,
          name,
          pupils: 15 - 2 * index,
          sessionsHeld: 210 - 40 * index,
        })),
      },
    ],
    next: 'blackpool',
  },
  by: figureReaders,
  views: [phaseProgress, programmes, schools, mentors],
  shown: nobody,
  answer: async (asked, sources) => {
    const { by, programme } = asked;
    const query = { by, ...(programme !== undefined && { programme }) };
    const groups = await sources.kept(query, (rows) => phaseProgressBy(rows, query, sources.reach.covers));
    return withMentorNames(pageByKey(groups, asked), by, sources);
  },
});

import { figureReaders } from '@waymark/modules/shared/rights';
import { IsCode, IsOneOf, Optional } from '@waymark/core/fields';
import { pageByKey, pageOf, PageParameters, question } from '@waymark/core/questions';
import { phaseProgress } from '@waymark/modules/journey/views/phase-progress';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import { examplePhases } from '@waymark/modules/shared/examples';
import { shownPhaseProgress } from '../disclosure/phase-progress';
import {
  phaseProgressBy,
  type PhaseProgressGroup,
  phaseProgressGroups,
  type PhaseProgressQuery,
  type ShownPhaseProgress,
  phaseProgressSchema,
} from '../phase-progress';
import {
  type FigureSources,
  type InsightSources,
  mentorsIn,
  withMentorNames,
  SMALL_NUMBERS,
} from './sources';

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
  description: SMALL_NUMBERS,
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
  shown: mentorsIn,
  answer: async (asked, sources: InsightSources) => {
    const { by, programme } = asked;
    const groups = await phaseProgressFor(sources, { by, ...(programme !== undefined && { programme }) });
    return withMentorNames(pageByKey(groups, asked), by, sources);
  },
});

/** Phase progress as a principal may see it. Mentors are named by id. */
export const phaseProgressFor = (
  { kept, reach, disclosure: rule }: FigureSources,
  query: PhaseProgressQuery,
): Promise<readonly ShownPhaseProgress[]> =>
  kept(query, async (rows) =>
    shownPhaseProgress(rows, await phaseProgressBy(rows, query, reach.covers), query, { reach, rule }),
  );

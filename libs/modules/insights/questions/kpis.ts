import { figureReaders } from '@waymark/modules/shared/rights';
import { IsCode, IsDay, IsOneOf, Optional } from '@waymark/core/fields';
import { pageByKey, pageOf, PageParameters, question } from '@waymark/core/questions';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import {
  type KpiGroup,
  kpiGroups,
  type KpiQuery,
  kpiQuery,
  kpisBy,
  kpisSchema,
  type ShownKpis,
} from '../kpis';
import { shownKpis } from '../disclosure/kpis';
import { pupilOutcomes } from '../views/pupil-outcomes';
import { exampleTotals } from './attendance';
import {
  type FigureSources,
  type InsightSources,
  mentorsIn,
  withMentorNames,
  SMALL_NUMBERS,
} from './sources';

/** Grouping and filters of the KPIs. */
export class KpisParameters extends PageParameters {
  @IsOneOf(kpiGroups) by!: KpiGroup;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsDay('2025-09-01') from?: string;
  @Optional() @IsDay('2026-07-31') to?: string;
}

export const getKpis = question({
  name: 'GetKpis',
  path: 'kpis',
  parameters: KpisParameters,
  summary: 'The funnel, sessions, and absence before and after, by region, area, school or mentor',
  description:
    'With `from` and `to`, only funnel steps and sessions on those days are counted. Baseline and follow-up stay the programme’s periods. ' +
    SMALL_NUMBERS,
  schema: pageOf(kpisSchema),
  example: {
    items: [
      {
        key: 'North West',
        name: 'North West',
        referred: 100,
        eligible: 76,
        consented: 91,
        allocated: 71,
        started: 70,
        completed: 18,
        sessionsHeld: 600,
        sessionsNotHeld: 96,
        notHeld: { acceptable: 52, unacceptable: 30, logistics: 14 },
        minutesHeld: 34_210,
        baseline: exampleTotals,
        followUp: { ...exampleTotals, absencePercent: 14.2104 },
        changePoints: -3.8228,
        published: { localAuthority: null, region: { name: 'North West', absencePercent: 8.7126 } },
      },
    ],
    next: 'North West',
  },
  by: figureReaders,
  views: [pupilOutcomes, programmes, schools, mentors],
  shown: mentorsIn,
  answer: async (asked, sources: InsightSources) => {
    const groups = await kpisFor(sources, kpiQuery(asked));
    return withMentorNames(pageByKey(groups, asked), asked.by, sources);
  },
});

/** KPIs as a principal may see them. Mentors are named by id. */
export const kpisFor = (
  { kept, reach, published, disclosure: rule }: FigureSources & Pick<InsightSources, 'published'>,
  query: KpiQuery,
): Promise<readonly ShownKpis[]> =>
  kept(query, async (rows) =>
    shownKpis(rows, await kpisBy(rows, published, query, reach.covers), query, { reach, rule }),
  );

import { Type } from '@sinclair/typebox';
import { IsCode, IsOneOf, IsUrn, Optional } from '@waymark/core/fields';
import type { RowReader } from '@waymark/core/kernel';
import { byKey, every } from '@waymark/core/projections';
import {
  count,
  object,
  oneOf,
  pageOf,
  pageOfShown,
  PageParameters,
  question,
  text,
  uuid,
} from '@waymark/core/questions';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import {
  phaseProgress,
  type PhaseProgressRow,
  progressStates,
} from '@waymark/modules/journey/views/phase-progress';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import { exampleIds } from '@waymark/modules/shared/examples';
import { given } from '@waymark/modules/shared/repeats';
import { readers } from '@waymark/modules/shared/rights';
import { Groups } from '../groups';
import { namesIn } from '../names';
import { mentorNames } from './sources';

const journeyEntry = object(
  {
    journey: uuid(),
    pupil: uuid(),
    name: Type.Optional(text('Absent if you may not see it, or if the pupil has been erased.')),
    programme: text(),
    school: text('The URN of the school that referred the pupil.'),
    schoolName: text(),
    mentor: Type.Optional(text('The mentor or, after the end, the last one.')),
    mentorName: Type.Optional(text('Absent if you may not see it.')),
    yearGroup: Type.Integer(),
    eligible: Type.Optional(Type.Boolean({ description: 'Absent before eligibility is assessed.' })),
    consented: Type.Boolean(),
    state: oneOf(progressStates, {
      description: 'A journey waits until its first session is held, and then goes on until it ends.',
    }),
    phase: count('1 for the first phase.'),
    phaseName: text(),
  },
  { $id: 'JourneyEntry' },
);

const orders = ['id', 'school', 'year'] as const;

/** Filters and order of the journeys. */
export class JourneysParameters extends PageParameters {
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsUrn() school?: string;
  @Optional() @IsCode('M-890-1') mentor?: string;
  @Optional() @IsOneOf(progressStates) state?: (typeof progressStates)[number];
  @Optional() @IsOneOf(orders) sort?: (typeof orders)[number];
}

/** A journey that matches the filters. */
interface Candidate {
  readonly journey: string;
  readonly row: CaseloadRow;
  readonly progress: PhaseProgressRow;
}

/** The key of a journey in each order. Year groups have at most two digits. */
const keyIn: Readonly<Record<(typeof orders)[number], (candidate: Candidate) => string>> = {
  id: ({ journey }) => journey,
  school: ({ journey, row }) => `${row.school} ${journey}`,
  year: ({ journey, row }) => `${String(row.yearGroup).padStart(2, '0')} ${journey}`,
};

export const listJourneys = question({
  name: 'ListJourneys',
  path: 'journeys',
  parameters: JourneysParameters,
  summary: 'The journeys within your reach, by programme, school, mentor or state',
  schema: pageOf(journeyEntry),
  example: {
    items: [
      {
        journey: exampleIds.journey,
        pupil: exampleIds.pupil,
        name: 'Zara Farouk',
        programme: 'ampe-2025-11',
        school: '990401',
        schoolName: 'Blackpool Harbour Academy',
        mentor: 'M-890-1',
        mentorName: 'Oscar Roberts',
        yearGroup: 8,
        eligible: true,
        consented: true,
        state: 'going on',
        phase: 2,
        phaseName: 'Goals and actions',
      },
    ],
    next: exampleIds.journey,
  },
  by: readers,
  views: [caseloads, phaseProgress, programmes, schools, mentors],
  shown: ({ items }) =>
    items.flatMap(({ pupil, mentor }) => [pupil, ...(mentor === undefined ? [] : [mentor])]),
  answer: async ({ sort = 'id', ...asked }, sources) => {
    const { rows, reach, submitter, scopesOf } = sources;
    const groups = await Groups.of(rows);
    const candidates = (await matching(rows, asked)).filter(({ journey, progress }) => {
      // The exact check below reads streams. It is left out for journeys that are clearly out of reach.
      const { place } = groups.of('school', progress)!;
      return reach.covers({ ...place, ...given({ mentor: progress.mentor }) }, journey);
    });
    const keyed = candidates.map((candidate) => ({ key: keyIn[sort](candidate), ...candidate }));
    const { items, ...rest } = await pageOfShown(keyed, asked, async (candidate) => {
      const scopes = await scopesOf('journey', candidate.journey);
      if (!reach.reaches(scopes, candidate.journey)) return undefined;
      const { mentor } = (await submitter.facts<JourneyFacts>('journey', candidate.journey))!;
      if (asked.mentor !== undefined && mentor !== asked.mentor) return undefined;
      return { ...candidate, mentor, showsName: scopes.some(reach.showsNames) };
    });
    const named = items.filter(({ showsName }) => showsName);
    const names = await namesIn(submitter).pupils(named.map(({ row }) => row.pupil));
    const mentorsCalled = await mentorNames(
      items.flatMap(({ mentor }) => mentor ?? []),
      sources,
    );
    return {
      items: items.map(({ journey, row, progress, mentor }) => {
        const { pupil, programme, school, yearGroup, eligible, consented, phase, phaseName } = row;
        const name = names.get(pupil);
        return {
          ...{ journey, pupil, programme, school, yearGroup, consented, phase, phaseName },
          ...{ schoolName: groups.of('school', row)!.name, state: progress.state },
          ...given({
            name: name && `${name.forename} ${name.surname}`,
            ...{ mentor, eligible },
            mentorName: mentorsCalled.get(mentor ?? ''),
          }),
        };
      }),
      ...rest,
    };
  },
});

/** The journeys that match the filters, as the views have them. */
async function matching(
  rows: RowReader,
  { programme, school, mentor, state }: Omit<JourneysParameters, 'sort'>,
): Promise<Candidate[]> {
  const all = await byKey(rows, phaseProgress);
  const found: Candidate[] = [];
  for await (const { key: journey, row } of every(rows, caseloads, given({ programme }))) {
    const progress = all.get(journey);
    if (
      progress?.school === (school ?? row.school) &&
      progress.state === (state ?? progress.state) &&
      progress.mentor === (mentor ?? progress.mentor)
    )
      found.push({ journey, row, progress });
  }
  return found;
}

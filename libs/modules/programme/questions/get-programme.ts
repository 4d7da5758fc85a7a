import { Type } from '@sinclair/typebox';
import { Refusal } from '@waymark/core/kernel';
import { one } from '@waymark/core/projections';
import { type Answer, count, day, nobody, object, question, text } from '@waymark/core/questions';
import { everyone } from '@waymark/modules/shared/rights';
import { examplePhases } from '@waymark/modules/shared/examples';
import { programme } from '../programme';
import { programmes } from '../views/programmes';

const period = (description: string) => object({ from: day(), to: day() }, { description });

export const programmeDocument = object(
  {
    id: text(),
    name: text(),
    baseline: period('The period in which absence decides whether a pupil is eligible.'),
    followUp: period('The period in which absence is compared with the baseline.'),
    eligibility: object(
      {
        minAbsencePercent: Type.Number({ description: 'The minimum absence, in per cent of sessions.' }),
        maxAbsencePercentExclusive: Type.Number({
          description: 'The absence from which on a pupil is no longer eligible.',
        }),
      },
      { description: 'The absence for which the programme is meant.' },
    ),
    caseloadCap: count('The maximum number of pupils that a mentor may have at a time.'),
    deliveryModel: object(
      {
        version: Type.Integer(),
        weeks: count(),
        sessionMinutes: count('Length of a session in minutes.'),
        sessionsPerPhase: count(),
        phases: Type.Array(text(), { description: 'The names of the phases, in order.' }),
      },
      { description: 'The current delivery model. A journey keeps the one with which it started.' },
    ),
    terms: Type.Array(object({ from: day(), to: day() })),
    closures: Type.Array(day(), { description: 'Days within term on which schools are closed.' }),
  },
  { $id: 'Programme' },
);

export const exampleProgramme: Answer<typeof programmeDocument> = {
  id: 'ampe-2025-11',
  name: 'Attendance Mentoring Pilot Expansion 2025/26',
  baseline: { from: '2025-09-03', to: '2025-10-24' },
  followUp: { from: '2025-11-03', to: '2026-02-13' },
  eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
  caseloadCap: 25,
  deliveryModel: { version: 1, weeks: 12, sessionMinutes: 60, sessionsPerPhase: 3, phases: examplePhases },
  terms: [{ from: '2025-09-03', to: '2025-12-19' }],
  closures: ['2025-10-27'],
};

export const getProgramme = question({
  name: 'GetProgramme',
  path: 'programmes/:id',
  parts: { id: programme },
  summary: 'The current definition of a programme',
  schema: programmeDocument,
  example: exampleProgramme,
  by: everyone,
  views: [programmes],
  shown: nobody,
  answer: async ({ id }, { rows, reach, scopesOf }) => {
    reach.demand(await scopesOf('programme', id));
    const definition = await one(rows, programmes, id);
    if (!definition)
      throw new Refusal('UNKNOWN_PROGRAMME', 'There is no programme with this id. Check the id.', 'missing');
    return { id, ...definition };
  },
});

import { officer } from '@waymark/modules/shared/rights';
import { own, Refusal } from '@waymark/core/kernel';
import { PageParameters, question } from '@waymark/core/questions';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { mentor as mentorModule } from '@waymark/modules/mentor';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { exampleIds } from '@waymark/modules/shared/examples';
import { caseloadOf, caseloadSchema } from '../caseload';
import { namesIn } from '../names';

const { pupil, journey, session, barrier, referral } = exampleIds;

export const getCaseload = question({
  name: 'GetCaseload',
  path: 'caseloads/:mentorId',
  parts: { mentorId: mentorModule },
  parameters: PageParameters,
  summary: 'A mentor’s caseload',
  description:
    '`reminders` contains the open items of the mentor’s latest reminder: scheduled sessions without an outcome, and journeys without a session for 14 days.',
  schema: caseloadSchema,
  example: {
    mentor: 'M-890-1',
    name: 'Oscar Roberts',
    pupils: 24,
    reminders: {
      on: '2025-12-09',
      overdue: [{ journey, session, on: '2025-12-08' }],
      quiet: [journey],
    },
    items: [
      {
        journey,
        pupil,
        name: 'Zara Farouk',
        school: '990401',
        yearGroup: 8,
        allocatedOn: '2025-10-27',
        phase: 2,
        phaseName: 'Goals and actions',
        sessionsHeld: 4,
        sessionsNotHeld: 1,
        sessionsPlanned: 12,
        lastSession: '2025-12-01',
        nextSession: '2025-12-08',
        baselineAbsencePercent: 21.0526,
        barriers: [{ barrier, kind: 'TRANSPORT', severity: 2 }],
        support: [{ referral, service: 'Early Help', step: 'accepted' }],
      },
    ],
    next: journey,
  },
  by: {
    ...own('mentor', 'area-manager', 'regional-director', 'programme-administrator', 'evaluator'),
    ...officer,
  },
  views: [caseloads, mentors],
  shown: ({ mentor, items }) => [mentor, ...items.map((entry) => entry.pupil)],
  answer: async ({ mentorId, ...page }, { rows, submitter, reach, scopesOf }) => {
    const scopes = await scopesOf('mentor', mentorId);
    reach.demand(scopes);
    const names = scopes.some(reach.showsNames) ? namesIn(submitter) : undefined;
    // Each journey is shown only to principals who could ask for it by itself.
    const maySee = async (journey: string) => reach.reaches(await scopesOf('journey', journey), journey);
    const caseload = await caseloadOf(rows, mentorId, page, { names, maySee });
    if (!caseload)
      throw new Refusal('UNKNOWN_MENTOR', 'There is no mentor with this id. Check the id.', 'missing');
    return caseload;
  },
});

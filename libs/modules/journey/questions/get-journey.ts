import { IsDay, IsInstant, Optional, toMoment } from '@waymark/core/fields';
import { question } from '@waymark/core/questions';
import { journey } from '../journey';
import { exampleIds, examplePhases } from '@waymark/modules/shared/examples';
import { isNow, journeyDocument, journeyOf, type Then } from './journey-document';
import { recordsFor } from './records';

/** When a journey is to be seen. */
export class JourneyParameters {
  @Optional() @IsDay('2025-12-01') asOf?: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

export const getJourney = question({
  name: 'GetJourney',
  path: 'journeys/:id',
  parts: { id: journey },
  parameters: JourneyParameters,
  summary: 'A journey as it stands, or as it stood on a day and was known at a moment',
  description:
    'Its `ETag` is the revision that commands take as `If-Match`. With `asOf`, only what is about days up to that one, by all that is known: a session corrected to have been on a later day is not there, and an end that was taken back has not been. With `asKnownAt`, only what had been recorded by then, wrong as it may have been. With both, how it was believed then to have stood on that day. Such an answer says what it is for, and has no `ETag`; where the journey had not begun or was not known, it is `UNKNOWN_JOURNEY_THEN`.',
  schema: journeyDocument,
  example: {
    id: exampleIds.journey,
    asOf: '2025-12-01',
    asKnownAt: '2026-02-15T00:00:00.000Z',
    revision: 9,
    programme: 'ampe-2025-11',
    school: '990401',
    referredOn: '2025-09-19',
    phase: 1,
    eligible: true,
    consentOn: '2025-10-13',
    mentor: 'M-890-1',
    pupil: exampleIds.pupil,
    model: { version: 1, phases: examplePhases, sessionsPlanned: 12 },
    sessions: [
      {
        session: exampleIds.session,
        outcome: 'held',
        on: '2025-11-03',
        mentor: 'M-890-1',
        minutes: 60,
        mode: 'IN_PERSON',
        place: 'SCHOOL',
        phase: 1,
      },
    ],
    barriers: [{ barrier: exampleIds.barrier, kind: 'TRANSPORT', severity: 2 }],
    support: [{ referral: exampleIds.referral, step: 'accepted' }],
  },
  by: {
    mentor: 'own',
    'school-lead': 'own',
    'area-manager': 'own',
    'regional-director': 'own',
    'programme-administrator': 'own',
    evaluator: 'own',
    'data-protection-officer': 'all',
    'local-operator': 'all',
  },
  views: [],
  shown: ({ pupil }) => [pupil],
  // Commands are sent to the journey as it is now.
  etag: (answer) => (isNow(answer) ? `"${String(answer.revision)}"` : undefined),
  answer: async ({ id, ...then }, sources) => {
    const { things } = await recordsFor(sources, sources.reach, id);
    return journeyOf(things, id, thenOf(then));
  },
});

/** What the parameters ask for, the moment to the millisecond in UTC. */
export function thenOf({ asOf, asKnownAt = '' }: JourneyParameters): Then {
  const known = toMoment(asKnownAt);
  return { ...(asOf !== undefined && { asOf }), ...(known !== undefined && { asKnownAt: known }) };
}

import type { Reach } from '@waymark/core/access';
import { readers } from '@waymark/modules/shared/rights';
import { IsDay, IsInstant, midnight, Optional, toMoment } from '@waymark/core/fields';
import { question } from '@waymark/core/questions';
import { journey } from '../journey';
import { exampleIds, examplePhases } from '@waymark/modules/shared/examples';
import {
  isNow,
  journeyDocument,
  type JourneyDocument,
  journeyOf,
  type Then,
  withoutOrder,
} from './journey-document';
import { type JourneySources, recordsFor } from './records';

/** The day and time as of which a journey is shown. */
export class JourneyParameters {
  @Optional() @IsDay('2025-12-01') asOf?: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

export const getJourney = question({
  name: 'GetJourney',
  path: 'journeys/:id',
  parts: { id: journey },
  problems: { 404: ['UNKNOWN_JOURNEY_THEN'] },
  parameters: JourneyParameters,
  summary: 'A journey, now or as of a day and a time of recording',
  description:
    'The `ETag` is the revision, for use as `If-Match` with commands. `asOf` limits the answer to what is about days up to that day, according to everything known now: a session corrected to a later day is absent, and a revoked end never took effect. `asKnownAt` limits it to what had been recorded by that time, including errors corrected since. With both, the answer is the state of that day as known at that time. If you may not see times of recording, `asKnownAt` is cut to the beginning of its day (UTC), and the answer has neither revision nor `ETag`. Such an answer repeats the parameters and has no `ETag`. If the journey had not started or was not known then, the answer is `UNKNOWN_JOURNEY_THEN`.',
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
  by: readers,
  views: [],
  shown: ({ pupil }) => [pupil],
  // Commands apply to the current state, so only an answer about now has an ETag.
  etag: (answer) =>
    isNow(answer) && answer.revision !== undefined ? `"${String(answer.revision)}"` : undefined,
  answer: ({ id, ...then }, sources) => journeyFor(sources, sources.reach, id, thenOf(then)),
});

/** A journey as a principal may see it. Throws `NOT_ALLOWED`, or what {@link journeyOf} throws. */
export async function journeyFor(
  sources: JourneySources,
  reach: Reach,
  id: string,
  then: Then,
): Promise<JourneyDocument> {
  const { things, withRecording } = await recordsFor(sources, reach, id);
  return withRecording
    ? journeyOf(things, id, then)
    : withoutOrder(await journeyOf(things, id, toTheDay(then)));
}

/**
 * A time of recording cut to the beginning of its day (UTC), for principals who may not see times of recording: they
 * could otherwise find the time of an event by asking again and again.
 */
export const toTheDay = ({ asKnownAt, ...then }: Then): Then => ({
  ...then,
  ...(asKnownAt !== undefined && { asKnownAt: midnight(asKnownAt) }),
});

/** The parameters, with the time normalised to UTC milliseconds. */
export function thenOf({ asOf, asKnownAt = '' }: JourneyParameters): Then {
  const known = toMoment(asKnownAt);
  return { ...(asOf !== undefined && { asOf }), ...(known !== undefined && { asKnownAt: known }) };
}

import { type TObject, Type } from '@sinclair/typebox';
import type { Thing, Things } from '@waymark/core/commands';
import type { Moment } from '@waymark/core/fields';
import { type RecordedEvent, Refusal } from '@waymark/core/kernel';
import { type Answer, count, day, moment, object, oneOf, text, uuid, variant } from '@waymark/core/questions';
import { consentedSince } from '../consent';
import { barrierKinds } from '../barriers';
import { historyUpTo } from '../past';
import { endings, type Journey, modes, places, supportSteps } from '../state';

/** The day and time as of which a journey is shown; without them, the journey as known now, with all days. */
export const thenFields = {
  asOf: Type.Optional(day('The answer contains only what is about days up to this day.')),
  asKnownAt: Type.Optional(moment('The answer contains only what had been recorded by this time.')),
};

export type Then = Answer<TObject<typeof thenFields>>;

const heldSession = object(
  {
    session: uuid(),
    outcome: Type.Literal('held'),
    on: day(),
    mentor: text(),
    minutes: count('Length in minutes.'),
    mode: oneOf(modes),
    place: oneOf(places),
    phase: count('1 for the first phase.'),
  },
  { $id: 'HeldSession' },
);

const otherSession = object(
  {
    session: uuid(),
    outcome: oneOf(['scheduled', 'not held', 'voided']),
    on: day(),
    mentor: Type.Optional(text()),
    reason: Type.Optional(text('Why the session was not held.')),
  },
  { $id: 'OtherSession', description: 'A session that is scheduled, was not held, or was voided.' },
);

export const barrierKind = oneOf<readonly string[]>(barrierKinds, { $id: 'BarrierKind' });

/** How severe an open barrier is. */
export const severity = Type.Integer({
  minimum: 0,
  maximum: 3,
  description: '0 for none any more, up to 3 for severe. Absent if it has not been assessed.',
});

/** A journey as a document. Maps of the state become lists. */
export const journeyDocument = object(
  {
    id: uuid(),
    ...thenFields,
    revision: Type.Optional(
      Type.Integer({
        description:
          'The revision of the last event included. Absent if you may not see how often something was recorded.',
      }),
    ),
    pupil: uuid(),
    programme: text(),
    school: text('The URN.'),
    referredOn: day(),
    model: object(
      {
        version: Type.Integer(),
        phases: Type.Array(text(), { description: 'The names of the phases, in order.' }),
        sessionsPlanned: count(),
      },
      { description: 'The delivery model at the start of the journey.' },
    ),
    eligible: Type.Optional(Type.Boolean({ description: 'Absent before eligibility is assessed.' })),
    consentOn: Type.Optional(day('The first day of the current consent. Absent if there is none.')),
    mentor: Type.Optional(text()),
    phase: count('1 for the first phase.'),
    sessions: Type.Array(variant([heldSession, otherSession]), {
      description: 'Ordered by day.',
    }),
    barriers: Type.Array(object({ barrier: uuid(), kind: barrierKind, severity: Type.Optional(severity) })),
    support: Type.Array(object({ referral: uuid(), step: oneOf(supportSteps) })),
    end: Type.Optional(object({ ending: oneOf(endings), on: day() })),
  },
  { $id: 'Journey' },
);

export type JourneyDocument = Answer<typeof journeyDocument>;

/**
 * A journey, now or then. Throws `UNKNOWN_JOURNEY`, or `UNKNOWN_JOURNEY_THEN` if it had not started or was not known
 * then.
 */
export async function journeyOf(things: Things, id: string, then: Then = {}): Promise<JourneyDocument> {
  const now = await things.load('journey', id);
  if (!hasBegun(now)) throw unknown('UNKNOWN_JOURNEY', 'There is no journey with this id. Check the id.');
  if (isNow(then)) return documentOf(id, now);
  const past = await things.replay('journey', id, (events) => historyThen(events, then));
  if (!hasBegun(past))
    throw unknown(
      'UNKNOWN_JOURNEY_THEN',
      'The journey had not started or was not known then. Ask for a later day or time.',
    );
  return { ...documentOf(id, past), ...then };
}

/**
 * The part of a journey that does not show how often or in what order something was recorded: without the revision, and
 * ordered by day and id.
 */
export const withoutOrder = ({
  revision: _,
  sessions,
  barriers,
  support,
  ...journey
}: JourneyDocument): JourneyDocument => ({
  ...journey,
  sessions: sessions.toSorted((a, b) => compare(a.on, b.on) || compare(a.session, b.session)),
  barriers: barriers.toSorted((a, b) => compare(a.barrier, b.barrier)),
  support: support.toSorted((a, b) => compare(a.referral, b.referral)),
});

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The events of a history that were known at a time and are about days up to a day. */
export function historyThen(
  history: readonly RecordedEvent[],
  { asOf, asKnownAt }: Then,
): readonly RecordedEvent[] {
  const known = recordedBy(asKnownAt, history);
  return asOf === undefined ? known : historyUpTo(asOf, known);
}

/**
 * The events of a stream up to the last one recorded by a time. Earlier events of the stream are included even if the
 * clock of the process that recorded them was ahead.
 */
export const recordedBy = (
  moment: Moment | undefined,
  events: readonly RecordedEvent[],
): readonly RecordedEvent[] =>
  moment === undefined
    ? events
    : events.slice(0, events.findLastIndex(({ metadata }) => metadata.recordedAt <= moment) + 1);

export const isNow = ({ asOf, asKnownAt }: Then): boolean => asOf === undefined && asKnownAt === undefined;

const hasBegun = ({ state }: Thing): boolean => (state as Journey).pupil !== undefined;

const unknown = (code: string, message: string): Refusal => new Refusal(code, message, 'missing');

function documentOf(id: string, { state, revision }: Thing): JourneyDocument {
  const begun = state as Begun;
  const { pupil, programme, school, referredOn, eligible, mentor, phase, end } = begun;
  const { model, sessions, barriers, support } = begun;
  const { version, phases, sessionsPerPhase } = model;
  const consentOn = consentedSince(begun);
  return {
    id,
    revision: Number(revision),
    ...{ programme, school, referredOn, phase },
    ...(eligible !== undefined && { eligible }),
    ...(consentOn !== undefined && { consentOn }),
    ...(mentor !== undefined && { mentor }),
    ...(end && { end }),
    pupil,
    model: { version, phases, sessionsPlanned: phases.length * sessionsPerPhase },
    sessions: Object.entries(sessions)
      .map(([session, one]) => ({ session, ...one }))
      .sort((a, b) => (a.on < b.on ? -1 : 1)),
    barriers: Object.entries(barriers).map(([barrier, one]) => ({ barrier, ...one })),
    support: Object.entries(support).map(([referral, step]) => ({ referral, step })),
  };
}

type Begun = Journey & Required<Pick<Journey, 'pupil' | 'model'>>;

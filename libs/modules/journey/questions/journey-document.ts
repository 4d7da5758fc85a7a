import { type TObject, Type } from '@sinclair/typebox';
import type { Thing, Things } from '@waymark/core/commands';
import type { Moment } from '@waymark/core/fields';
import { type RecordedEvent, Refusal } from '@waymark/core/kernel';
import { type Answer, count, day, moment, object, oneOf, text, uuid, variant } from '@waymark/core/questions';
import { consentedSince } from '../consent';
import { barrierKinds } from '../barriers';
import { historyUpTo } from '../past';
import { endings, type Journey, modes, places, supportSteps } from '../state';

/** When a journey is seen. Both are left out for now: on any day, by all that is known. */
export const thenFields = {
  asOf: Type.Optional(day('As it stood on this day: only what is about days up to it.')),
  asKnownAt: Type.Optional(moment('As it was known at this moment: only what had been recorded by then.')),
};

export type Then = Answer<TObject<typeof thenFields>>;

const heldSession = object(
  {
    session: uuid(),
    outcome: Type.Literal('held'),
    on: day(),
    mentor: text(),
    minutes: count('How long it took, in minutes.'),
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
    reason: Type.Optional(text('Why it was not held.')),
  },
  { $id: 'OtherSession', description: 'A session that is planned, was not held, or was voided.' },
);

export const barrierKind = oneOf(barrierKinds, { $id: 'BarrierKind' });

/** How severe an open barrier is. */
export const severity = Type.Integer({
  minimum: 0,
  maximum: 3,
  description: '0 none any more, 3 severe. Absent where nobody has judged it yet.',
});

/** A journey as a document: what its state keeps by id is a list here. */
export const journeyDocument = object(
  {
    id: uuid(),
    ...thenFields,
    revision: Type.Integer({ description: 'The revision of the last event that it shows.' }),
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
      { description: 'The delivery model that the journey began under.' },
    ),
    eligible: Type.Optional(Type.Boolean({ description: 'Absent before the assessment.' })),
    consentOn: Type.Optional(day('The day of the consent. Absent where there is none at present.')),
    mentor: Type.Optional(text()),
    phase: count('1 for the first phase.'),
    sessions: Type.Array(variant([heldSession, otherSession]), {
      description: 'In the order of their days.',
    }),
    barriers: Type.Array(object({ barrier: uuid(), kind: barrierKind, severity: Type.Optional(severity) })),
    support: Type.Array(object({ referral: uuid(), step: oneOf(supportSteps) })),
    end: Type.Optional(object({ ending: oneOf(endings), on: day() })),
  },
  { $id: 'Journey' },
);

export type JourneyDocument = Answer<typeof journeyDocument>;

/** A journey, now or then. Refused as `UNKNOWN_JOURNEY`, or `UNKNOWN_JOURNEY_THEN` where it had not begun. */
export async function journeyOf(things: Things, id: string, then: Then = {}): Promise<JourneyDocument> {
  const now = await things.load('journey', id);
  if (!hasBegun(now)) throw unknown('UNKNOWN_JOURNEY', 'There is no journey with this id.');
  if (isNow(then)) return documentOf(id, now);
  const past = await things.replay('journey', id, (events) => historyThen(events, then));
  if (!hasBegun(past))
    throw unknown('UNKNOWN_JOURNEY_THEN', 'The journey had not begun then, or was not known.');
  return { ...documentOf(id, past), ...then };
}

/** What of a journey's history is known at a moment, and about days up to one. */
export function historyThen(
  history: readonly RecordedEvent[],
  { asOf, asKnownAt }: Then,
): readonly RecordedEvent[] {
  const known = recordedBy(asKnownAt, history);
  return asOf === undefined ? known : historyUpTo(asOf, known);
}

/**
 * What was recorded of a stream by a moment: up to the last event that was. What stands before it in its stream was there
 * before it, whatever the clock said of the process that recorded it.
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

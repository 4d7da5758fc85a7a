import type { Thing, Things } from '@waymark/core/commands';
import type { Day, Moment } from '@waymark/core/fields';
import { type RecordedEvent, Refusal } from '@waymark/core/kernel';
import { consentedSince } from '../consent';
import { historyUpTo } from '../past';
import type { Barrier, Journey, Session, SupportStep } from '../state';

/** When something is seen. Left out, it is now: on any day, by all that is known. */
export interface Then {
  /** As it stood on this day: only what is about days up to it. */
  readonly asOf?: Day;
  /** As it was known at this moment: only what was recorded by then. */
  readonly asKnownAt?: Moment;
}

/** A journey as a document: what its state keeps by id is told as lists. Says when it is seen, where that is not now. */
export interface JourneyDocument
  extends
    Then,
    Pick<Journey, 'programme' | 'school' | 'referredOn' | 'eligible' | 'mentor' | 'phase' | 'end'> {
  readonly id: string;
  /** The last event's that it shows. */
  readonly revision: number;
  readonly pupil: string;
  /** Since when there is consent; none where it was never given or was withdrawn. */
  readonly consentOn?: Day;
  /** The delivery model it began under: its version, the phases' names, and how many sessions it plans. */
  readonly model: {
    readonly version: number;
    readonly phases: readonly string[];
    readonly sessionsPlanned: number;
  };
  /** In the order of their days. */
  readonly sessions: readonly ({ readonly session: string } & Session)[];
  readonly barriers: readonly ({ readonly barrier: string } & Barrier)[];
  readonly support: readonly { readonly referral: string; readonly step: SupportStep }[];
}

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

const isNow = ({ asOf, asKnownAt }: Then): boolean => asOf === undefined && asKnownAt === undefined;

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

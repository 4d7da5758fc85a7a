import { type Day, IsDay, IsOneOf, IsText } from '@waymark/core/fields';
import { own, event, refuse, slices } from '@waymark/core/kernel';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { delivery } from '@waymark/modules/shared/rights';
import { endedOn, heldSessions, type Journey } from './state';

const earlyEndings = ['ENDED_EARLY', 'MOVED_AWAY', 'CANCELLED'] as const;

export interface EndingEvents {
  /** The journey was completed: every planned session held, or the last phase brought to its end. */
  JourneyCompleted: { readonly on: Day; readonly mentor?: string };
  /** The journey ended otherwise: early, by a move, or cancelled before it began. */
  JourneyEnded: {
    readonly ending: (typeof earlyEndings)[number];
    readonly reason: string;
    readonly on: Day;
    readonly mentor?: string;
  };
  /** The journey was stopped, since the pupil's data were erased; what became of it is not told. */
  JourneyStopped: { readonly on: Day; readonly mentor?: string };
  /** An end that was recorded wrongly was taken back; the mentor's place has to be taken again. */
  JourneyReopened: { readonly reason: string; readonly on: Day; readonly mentor?: string };
}

/** Complete the journey before every planned session was held; in the last phase only. */
export class CompleteJourney {
  @IsDay('2026-02-06') on!: string;
}

/** End the journey otherwise than by completing it. */
export class EndJourney {
  @IsOneOf(earlyEndings) ending!: (typeof earlyEndings)[number];
  @IsText('The pupil has moved to another area.', 2000) reason!: string;
  @IsDay('2025-12-12') on!: string;
}

/** Take back an end that was recorded wrongly. */
export class ReopenJourney {
  @IsText('Ended by mistake: it was another pupil.', 2000) reason!: string;
}

/** Stop the journey of a pupil whose data were erased. */
export class StopJourney {}

const { on, slice } = slices<Journey>();

export const ending = slice<EndingEvents>({
  decide: {
    CompleteJourney: on(
      CompleteJourney,
      ({ on: day }, journey) => {
        if (journey.end?.ending === 'COMPLETED' && journey.end.on === day) return [];
        refuseEndedAlready(journey);
        if (journey.model && journey.phase < journey.model.phases.length) {
          refuse('NOT_IN_LAST_PHASE', 'A journey is completed in its last phase. End it early instead.');
        }
        return [event('JourneyCompleted', day, { on: day, ...mentorOf(journey) })];
      },
      { by: delivery },
    ),
    EndJourney: on(
      EndJourney,
      ({ ending: kind, reason, on: day }, journey) => {
        const said = isSaid(journey, 'JourneyEnded', '', { ending: kind, reason, on: day });
        if (journey.end?.ending === kind && said) return [];
        refuseEndedAlready(journey);
        if (kind === 'CANCELLED' && heldSessions(journey).length > 0) {
          refuse('JOURNEY_STARTED', 'Mentoring has begun; it can be ended early, not cancelled.');
        }
        return [event('JourneyEnded', day, { ending: kind, reason, on: day, ...mentorOf(journey) })];
      },
      { by: delivery, though: 'restricted' },
    ),
    StopJourney: on(
      StopJourney,
      (_, journey, { today }) =>
        journey.end ? [] : [event('JourneyStopped', today, { on: today, ...mentorOf(journey) })],
      { by: 'service', though: 'erased' },
    ),
    ReopenJourney: on(
      ReopenJourney,
      ({ reason }, journey, { today }) => {
        if (journey.end)
          return [event('JourneyReopened', today, { reason, on: today, ...mentorOf(journey) })];
        if (isSaid(journey, 'JourneyReopened', '', { reason })) return [];
        return refuse('JOURNEY_NOT_ENDED', 'The journey has not ended. There is nothing to reopen.');
      },
      { by: own('area-manager', 'programme-administrator') },
    ),
  },
  evolve: {
    JourneyCompleted: (journey, { on: day }) => over(journey, 'COMPLETED', day),
    JourneyEnded: (journey, { ending: kind, reason, on: day }) =>
      saying(over(journey, kind, day), 'JourneyEnded', '', { ending: kind, reason, on: day }),
    JourneyStopped: (journey, { on: day }) => over(journey, 'STOPPED', day),
    JourneyReopened: ({ end: _taken, mentor: _again, ...journey }, { reason }) =>
      saying(journey, 'JourneyReopened', '', { reason }),
  },
  personal: { JourneyEnded: ['reason'], JourneyReopened: ['reason'] },
});

/** A journey that ended on a day. It keeps its mentor, who is to have the place again should it be reopened. */
const over = (journey: Journey, kind: NonNullable<Journey['end']>['ending'], day: Day): Journey => ({
  ...journey,
  end: { ending: kind, on: day },
  allocations: endedOn(day, journey.allocations),
});

function refuseEndedAlready({ end }: Journey): void {
  if (end) refuse('JOURNEY_ENDED', 'The journey has ended already. Reopen it first.');
}

/** Refuse what is about a day after the journey's end; without a day, whatever comes after it. */
export function refuseEnded({ end }: Journey, day?: Day): void {
  if (end && (day === undefined || day > end.on))
    refuse('JOURNEY_ENDED', 'The journey has ended; nothing can be added to it.');
}

export const mentorOf = ({ mentor }: Journey): { readonly mentor?: string } =>
  mentor === undefined ? {} : { mentor };

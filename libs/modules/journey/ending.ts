import { type Day, IsDay, IsOneOf, IsLongText } from '@waymark/core/fields';
import { own, event, refuse, slices } from '@waymark/core/kernel';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { delivery } from '@waymark/modules/shared/rights';
import { endedOn, heldSessions, type Journey } from './state';

const earlyEndings = ['ENDED_EARLY', 'MOVED_AWAY', 'CANCELLED'] as const;

export interface EndingEvents {
  /** The journey was completed: every planned session was held, or the last phase was completed. */
  JourneyCompleted: { readonly on: Day; readonly mentor?: string };
  /**
   * The journey ended without being completed: it ended early, the pupil moved away, or it was cancelled before it
   * started.
   */
  JourneyEnded: {
    readonly ending: (typeof earlyEndings)[number];
    readonly reason: string;
    readonly on: Day;
    readonly mentor?: string;
  };
  /** The journey was stopped because the pupil's data were erased; no outcome is recorded. */
  JourneyStopped: { readonly on: Day; readonly mentor?: string };
  /** An end that was recorded in error was revoked; the mentor's place must be reserved again. */
  JourneyReopened: { readonly reason: string; readonly on: Day; readonly mentor?: string };
}

/** Complete the journey before every planned session was held. Allowed only in the last phase. */
export class CompleteJourney {
  @IsDay('2026-02-06') on!: string;
}

/** End the journey without completing it. */
export class EndJourney {
  @IsOneOf(earlyEndings) ending!: (typeof earlyEndings)[number];
  @IsLongText('The pupil has moved to another area.') reason!: string;
  @IsDay('2025-12-12') on!: string;
}

/** Revoke an end that was recorded in error. */
export class ReopenJourney {
  @IsLongText('Ended by mistake: it was another pupil.') reason!: string;
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
          refuse(
            'NOT_IN_LAST_PHASE',
            'A journey can be completed only in its last phase. End it early instead.',
          );
        }
        return [event('JourneyCompleted', day, { on: day, ...mentorOf(journey) })];
      },
      { by: delivery },
    ),
    EndJourney: on(
      EndJourney,
      ({ ending: kind, reason, on: day }, journey) => {
        const repeated = isRepeated(journey, 'JourneyEnded', '', { ending: kind, reason, on: day });
        if (journey.end?.ending === kind && repeated) return [];
        refuseEndedAlready(journey);
        if (kind === 'CANCELLED' && heldSessions(journey).length > 0) {
          refuse(
            'JOURNEY_STARTED',
            'Mentoring has started, so the journey cannot be cancelled. End it early instead.',
          );
        }
        return [event('JourneyEnded', day, { ending: kind, reason, on: day, ...mentorOf(journey) })];
      },
      { by: delivery, despite: 'restriction' },
    ),
    StopJourney: on(
      StopJourney,
      (_, journey, { today }) =>
        journey.end ? [] : [event('JourneyStopped', today, { on: today, ...mentorOf(journey) })],
      { by: 'service', despite: 'erasure' },
    ),
    ReopenJourney: on(
      ReopenJourney,
      ({ reason }, journey, { today }) => {
        if (journey.end)
          return [event('JourneyReopened', today, { reason, on: today, ...mentorOf(journey) })];
        if (isRepeated(journey, 'JourneyReopened', '', { reason })) return [];
        return refuse(
          'JOURNEY_NOT_ENDED',
          'The journey has not ended. Only an ended journey can be reopened.',
        );
      },
      { by: own('area-manager', 'programme-administrator') },
    ),
  },
  evolve: {
    JourneyCompleted: (journey, { on: day }) => endedWith(journey, 'COMPLETED', day),
    JourneyEnded: (journey, { ending: kind, reason, on: day }) =>
      remember(endedWith(journey, kind, day), 'JourneyEnded', '', { ending: kind, reason, on: day }),
    JourneyStopped: (journey, { on: day }) => endedWith(journey, 'STOPPED', day),
    JourneyReopened: ({ end: _taken, mentor: _again, ...journey }, { reason }) =>
      remember(journey, 'JourneyReopened', '', { reason }),
  },
  personal: { JourneyEnded: ['reason'], JourneyReopened: ['reason'] },
});

/** A journey that ended on a day. It keeps its mentor, who gets the place again if the journey is reopened. */
const endedWith = (journey: Journey, kind: NonNullable<Journey['end']>['ending'], day: Day): Journey => ({
  ...journey,
  end: { ending: kind, on: day },
  allocations: endedOn(day, journey.allocations),
});

function refuseEndedAlready({ end }: Journey): void {
  if (end) refuse('JOURNEY_ENDED', 'The journey has already ended. Reopen it first.');
}

/** Refuse what is about a day after the journey's end or, without a day, anything once the journey has ended. */
export function refuseEnded({ end }: Journey, day?: Day): void {
  if (end && (day === undefined || day > end.on))
    refuse('JOURNEY_ENDED', 'The journey has ended. Reopen it before you add anything.');
}

export const mentorOf = ({ mentor }: Journey): { readonly mentor?: string } =>
  mentor === undefined ? {} : { mentor };

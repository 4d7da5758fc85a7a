import { type Day, IsDay, IsOneOf, IsWhole, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { delivery } from '@waymark/modules/shared/rights';
import { refuseEnded } from './ending';
import { heldSessions, type Journey } from './state';

export const phaseOutcomes = ['ACHIEVED', 'PARTLY', 'NOT'] as const;
type PhaseOutcome = (typeof phaseOutcomes)[number];

export interface PhaseEvents {
  /** The journey advanced to its next phase, by the first session of that phase or by the mentor's decision. */
  PhaseAdvanced: { readonly from: number; readonly to: number; readonly on: Day };
  /** The outcome of a phase was recorded. */
  PhaseOutcomeRecorded: { readonly phase: number; readonly outcome: PhaseOutcome; readonly on: Day };
}

/** Advance the journey to the next phase. */
export class AdvancePhase {
  @IsWhole(2, 12, 2) to!: number;
  @IsDay('2025-11-24') on!: string;
  /** The outcome of the phase before. */
  @Optional() @IsOneOf(phaseOutcomes) outcome?: PhaseOutcome;
}

/** Record the outcome of a phase. */
export class RecordPhaseOutcome {
  @IsWhole(1, 12, 1) phase!: number;
  @IsOneOf(phaseOutcomes) outcome!: PhaseOutcome;
  @IsDay('2025-11-21') on!: string;
}

const { on, slice } = slices<Journey>();

export const phases = slice<PhaseEvents>({
  decide: {
    AdvancePhase: on(
      AdvancePhase,
      ({ to, on: day, outcome }, journey) => {
        refuseEnded(journey, day);
        checkPhase(journey, to);
        if (to <= journey.phase) {
          const came = isRepeated(journey, 'PhaseAdvanced', String(to), { to, on: day });
          const outcomeToo = outcome === undefined || isOutcome(journey, { phase: to - 1, outcome, on: day });
          if (came && outcomeToo) return [];
          refuse(
            'PHASE_ALREADY_REACHED',
            'The journey has already reached this phase. Record the outcome of the previous phase separately.',
          );
        }
        if (!heldSessions(journey).some(({ phase }) => phase === journey.phase)) {
          refuse('PHASE_WITHOUT_SESSION', 'No session has been held in the current phase. Record one first.');
        }
        const { phase: from } = journey;
        return [
          ...(outcome === undefined
            ? []
            : [event('PhaseOutcomeRecorded', day, { phase: from, outcome, on: day })]),
          event('PhaseAdvanced', day, { from, to, on: day }),
        ];
      },
      { by: delivery },
    ),
    RecordPhaseOutcome: on(
      RecordPhaseOutcome,
      ({ phase, outcome, on: day }, journey) => {
        checkPhase(journey, phase);
        if (phase > journey.phase)
          refuse('PHASE_NOT_REACHED', 'The journey has not reached this phase. Advance it first.');
        const recorded = { phase, outcome, on: day };
        return isOutcome(journey, recorded) ? [] : [event('PhaseOutcomeRecorded', day, recorded)];
      },
      { by: delivery },
    ),
  },
  evolve: {
    PhaseAdvanced: (journey, { to, on: day }) =>
      remember({ ...journey, phase: to }, 'PhaseAdvanced', String(to), { to, on: day }),
    PhaseOutcomeRecorded: (journey, recorded) =>
      remember(journey, 'PhaseOutcomeRecorded', String(recorded.phase), recorded),
  },
});

const isOutcome = (journey: Journey, recorded: PhaseEvents['PhaseOutcomeRecorded']): boolean =>
  isRepeated(journey, 'PhaseOutcomeRecorded', String(recorded.phase), recorded);

/** Refuse a phase that the delivery model does not have, or that would skip one. */
export function checkPhase({ phase: current, model }: Journey, phase: number): void {
  if (model && phase > model.phases.length)
    refuse('UNKNOWN_PHASE', 'The delivery model has no such phase. Choose one of its phases.', 'invalid');
  if (phase > current + 1)
    refuse('PHASE_SKIPPED', 'A phase cannot be skipped. Advance to the next phase first.');
}

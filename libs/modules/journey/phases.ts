import { type Day, IsDay, IsOneOf, IsWhole, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { delivery } from '@waymark/modules/shared/rights';
import { refuseEnded } from './ending';
import { heldSessions, type Journey } from './state';

export const phaseOutcomes = ['ACHIEVED', 'PARTLY', 'NOT'] as const;
type PhaseOutcome = (typeof phaseOutcomes)[number];

export interface PhaseEvents {
  /** The journey went on to its next phase, with the first session of it or by the mentor's word. */
  PhaseAdvanced: { readonly from: number; readonly to: number; readonly on: Day };
  /** What a phase came to. */
  PhaseOutcomeRecorded: { readonly phase: number; readonly outcome: PhaseOutcome; readonly on: Day };
}

/** Go on to the next phase. */
export class AdvancePhase {
  @IsWhole(2, 12, 2) to!: number;
  @IsDay('2025-11-24') on!: string;
  /** What the phase before came to. */
  @Optional() @IsOneOf(phaseOutcomes) outcome?: PhaseOutcome;
}

/** Record what a phase came to. */
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
          const came = isSaid(journey, 'PhaseAdvanced', String(to), { to, on: day });
          const outcomeToo = outcome === undefined || isOutcome(journey, { phase: to - 1, outcome, on: day });
          if (came && outcomeToo) return [];
          refuse(
            'PHASE_ALREADY_REACHED',
            'The journey has reached this phase already. Record the outcome of the phase before by itself.',
          );
        }
        if (!heldSessions(journey).some(({ phase }) => phase === journey.phase)) {
          refuse('PHASE_WITHOUT_SESSION', 'No session has been held in this phase yet.');
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
        if (phase > journey.phase) refuse('PHASE_NOT_REACHED', 'The journey has not reached this phase.');
        const recorded = { phase, outcome, on: day };
        return isOutcome(journey, recorded) ? [] : [event('PhaseOutcomeRecorded', day, recorded)];
      },
      { by: delivery },
    ),
  },
  evolve: {
    PhaseAdvanced: (journey, { to, on: day }) =>
      saying({ ...journey, phase: to }, 'PhaseAdvanced', String(to), { to, on: day }),
    PhaseOutcomeRecorded: (journey, recorded) =>
      saying(journey, 'PhaseOutcomeRecorded', String(recorded.phase), recorded),
  },
});

const isOutcome = (journey: Journey, recorded: PhaseEvents['PhaseOutcomeRecorded']): boolean =>
  isSaid(journey, 'PhaseOutcomeRecorded', String(recorded.phase), recorded);

/** A phase must be one of the delivery model's, and none may be skipped. */
export function checkPhase({ phase: current, model }: Journey, phase: number): void {
  if (model && phase > model.phases.length)
    refuse('UNKNOWN_PHASE', 'The delivery model has no such phase.', 'invalid');
  if (phase > current + 1)
    refuse('PHASE_SKIPPED', 'A phase may not be skipped. Go on to the next one first.');
}

import { viewsOf } from '@waymark/core/kernel';
import type { JourneyEvents } from '../journey';

export const progressStates = ['waiting', 'going on', 'completed', 'ended'] as const;

/** A journey's progress through the phases. */
export interface PhaseProgressRow {
  readonly programme: string;
  readonly school: string;
  readonly mentor?: string;
  readonly phase: number;
  readonly phases: readonly string[];
  /** The phase of each held session, by the session's id. */
  readonly held: Readonly<Record<string, number>>;
  readonly state: (typeof progressStates)[number];
}

type Fold<Type extends keyof JourneyEvents> = (
  row: PhaseProgressRow | null,
  event: { readonly data: JourneyEvents[Type] },
) => PhaseProgressRow | null;

const held: Fold<'SessionHeld' | 'SessionCorrected'> = (row, { data: { session, phase } }) =>
  row && {
    ...row,
    held: { ...row.held, [session]: phase },
    state: row.state === 'waiting' ? 'going on' : row.state,
  };

/** Progress by journey id. */
export const phaseProgress = viewsOf<JourneyEvents>()<PhaseProgressRow>({
  name: 'phase-progress',
  version: 1,
  indexes: [],
  on: {
    PupilReferred: (_, { data: { programme, school, model } }) => ({
      programme,
      school,
      phase: 1,
      phases: model.phases,
      held: {},
      state: 'waiting',
    }),
    MentorAllocated: (row, { data: { mentor } }) => row && { ...row, mentor },
    SessionHeld: held,
    SessionCorrected: held,
    SessionVoided: (row, { data: { session } }) => {
      if (!row) return row;
      const { [session]: _voided, ...left } = row.held;
      const none = Object.keys(left).length === 0 && row.state === 'going on';
      return { ...row, held: left, state: none ? 'waiting' : row.state };
    },
    PhaseAdvanced: (row, { data: { to } }) => row && { ...row, phase: to },
    JourneyCompleted: (row) => row && { ...row, state: 'completed' },
    JourneyEnded: (row) => row && { ...row, state: 'ended' },
    JourneyStopped: (row) => row && { ...row, state: 'ended' },
    JourneyReopened: (row) =>
      row && { ...row, state: Object.keys(row.held).length > 0 ? 'going on' : 'waiting' },
  },
});

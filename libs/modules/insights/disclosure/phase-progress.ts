import type { Reach } from '@waymark/core/access';
import type { RowReader } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import { phaseProgress, type PhaseProgressRow } from '@waymark/modules/journey/views/phase-progress';
import { Groups } from '../groups';
import type { PhaseProgress, PhaseProgressQuery, ShownPhaseProgress } from '../phase-progress';
import type { Unit } from './blocks';
import { Family } from './family';
import { everyone, countedAs, outcomeOf, outcomes } from './outcomes';
import { type DisclosureRule, withheld } from './symbols';
import { Units } from './units';

/** The column of a journey's state, within its outcome. */
function stateOf({ state, phase, held }: PhaseProgressRow): string {
  const began = Object.keys(held).length > 0 ? 'started' : 'waiting';
  if (state === 'completed') return `state/completed/${began}`;
  return state === 'going on' ? inPhase(phase) : `state/${began}/${state}`;
}

const inPhase = (phase: number): string => `state/started/phase ${String(phase)}`;
const sessionsIn = (phase: number): string => `sessions/${String(phase)}`;

const statesOf = {
  waiting: ['state/waiting/waiting', 'state/started/waiting'],
  completed: ['state/completed/started', 'state/completed/waiting'],
  ended: ['state/started/ended', 'state/waiting/ended'],
} as const;

function columnsOf(row: PhaseProgressRow): string[] {
  const started = Object.keys(row.held).length > 0;
  return [
    ...countedAs(row.mentor !== undefined),
    outcomeOf({ started, completed: row.state === 'completed' }),
    stateOf(row),
    ...[...new Set(Object.values(row.held))].map(sessionsIn),
  ];
}

/** Phase progress as shown to a principal: without small numbers, and without what would tell one. */
export async function shownPhaseProgress(
  rows: RowReader,
  progress: readonly PhaseProgress[],
  { by, programme }: PhaseProgressQuery,
  { reach, rule }: { readonly reach: Reach; readonly rule: DisclosureRule },
): Promise<ShownPhaseProgress[]> {
  const units = new Units(await Groups.of(rows), reach);
  let most = 0;
  if (!units.areExact)
    for await (const { key, row } of every(rows, phaseProgress)) {
      units.addJourney(key, row, columnsOf(row));
      most = Math.max(most, row.phases.length, ...Object.values(row.held));
    }
  const phases = Array.from({ length: most }, (_, index) => index + 1);
  const all = everyone(units, rule);
  const outcome = new Family(all.blocks, outcomes, rule);
  const columns = [...Object.values(statesOf).flat(), ...phases.map(inPhase)];
  const states = new Family(outcome.blocks, columns, rule);
  const sessions = new Family(all.blocks, phases.map(sessionsIn), rule);
  return progress.map((each) => shown(each, units.in(by, each.key, programme), { states, sessions }));
}

function shown(
  progress: PhaseProgress,
  group: ReadonlySet<Unit>,
  { states, sessions }: { readonly states: Family; readonly sessions: Family },
): ShownPhaseProgress {
  const exact = group.size === 0;
  const isShown = (field: string): boolean =>
    exact || !isState(field) || states.shows(group, statesOf[field]);
  return {
    ...withheld(progress, isShown),
    phases: progress.phases.map(({ phase, name, ...counted }) => {
      const shows = {
        pupils: () => states.shows(group, [inPhase(phase)]),
        sessionsHeld: () => sessions.shows(group, [sessionsIn(phase)]),
      };
      return { phase, name, ...withheld(counted, (field) => exact || shows[field as keyof typeof shows]()) };
    }),
  };
}

const isState = (field: string): field is keyof typeof statesOf => Object.hasOwn(statesOf, field);

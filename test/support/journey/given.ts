import { addDays } from '@waymark/core/fields';
import type { DomainEvents } from '@waymark/modules/domain';
import { HoldSession } from '@waymark/modules/journey';
import { range } from '../events';
import { MENTOR } from '../given';
import { command, event } from '../spec';

/** The id of the nth session, barrier or referral. */
export const id = (n: number): string => `8c1f6a2e-7b43-4f0e-9d55-${String(n).padStart(12, '0')}`;

/** The day of the nth weekly session. */
export const weekly = (n: number): string => addDays('2025-11-03', 7 * (n - 1));

/** The phase of the nth session, with three sessions per phase. */
export const phaseOf = (n: number): number => Math.ceil(n / 3);

type Held = DomainEvents['SessionHeld'];

/** The event of the nth held session. */
export const asHeld = (n: number, differing: Partial<Held> = {}): Held => ({
  session: id(n),
  mentor: MENTOR,
  on: weekly(n),
  minutes: 60,
  mode: 'IN_PERSON',
  place: 'SCHOOL',
  phase: phaseOf(n),
  ...differing,
});

export const held = (n: number, differing: Partial<Held> = {}) => {
  const data = asHeld(n, differing);
  return event('SessionHeld', data.on, data);
};

/** The command that records the nth session. */
export const holding = (n: number, differing: Partial<HoldSession> = {}): HoldSession =>
  command(HoldSession, { ...asHeld(n), ...differing });

/** The commands that record the sessions up to the nth. */
export const holdingUpTo = (n: number): HoldSession[] => range(n).map((before) => holding(before + 1));

export const advanced = (to: number, on: string) => event('PhaseAdvanced', on, { from: to - 1, to, on });

export const ended = (on: string) =>
  event('JourneyEnded', on, { ending: 'ENDED_EARLY', reason: 'The family moved on.', on, mentor: MENTOR });

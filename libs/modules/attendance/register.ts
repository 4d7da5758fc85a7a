import { type Day, type Instant, mondayOf, type Period, within } from '@waymark/core/fields';
import type { Counts } from '@waymark/modules/shared/counts';
import { countSymbols, symbolOf } from './codes';

/** A school's marks for a pupil's day, and the time of recording. */
export interface Recording {
  readonly on: Day;
  readonly am: string;
  readonly pm: string;
  /** When the school recorded it. */
  readonly at: Instant;
}

/** All recordings of a pupil by the Monday of their week, including corrected ones. */
export interface Register {
  readonly weeks: Readonly<Record<Day, readonly Recording[]>>;
}

export const emptyRegister: Register = { weeks: {} };

export const recordingsOf = (register: Register, on: Day): readonly Recording[] =>
  register.weeks[mondayOf(on)]?.filter((recording) => recording.on === on) ?? [];

/** The recording in force: the one with the latest time of recording. */
export const latest = (recordings: readonly Recording[]): Recording | undefined =>
  recordings.reduce<Recording | undefined>(
    (standing, recording) => (standing && standing.at >= recording.at ? standing : recording),
    undefined,
  );

export const withRecordings = (
  register: Register,
  week: Day,
  recordings: readonly Recording[],
): Register => ({
  weeks: { ...register.weeks, [week]: [...(register.weeks[week] ?? []), ...recordings] },
});

/** Counts of the pupil's sessions in a period, by the recordings in force. */
export function countsOver(register: Register, period: Period): Counts {
  const first = mondayOf(period.from);
  let marks = '';
  for (const [week, recordings] of Object.entries(register.weeks)) {
    if (week < first || week > period.to) continue;
    const standing = new Map<Day, Recording>();
    for (const recording of recordings) {
      const known = standing.get(recording.on);
      if (within(period, recording.on) && !(known && known.at >= recording.at))
        standing.set(recording.on, recording);
    }
    for (const { am, pm } of standing.values()) marks += symbolOf(am) + symbolOf(pm);
  }
  return countSymbols(marks);
}

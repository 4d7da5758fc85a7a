/** Half-day sessions of a register over some period, for one pupil or many. */
export interface Counts {
  /** attended + authorised + unauthorised: sessions at which the pupil had to be present. */
  readonly possible: number;
  readonly attended: number;
  readonly authorised: number;
  readonly unauthorised: number;
  /** Sessions whose code does not count (dual registered, school closed, not required to attend). */
  readonly notPossible: number;
  /** Sessions without a mark: unknown, not absent. */
  readonly noMark: number;
  /** Marks L and U: late before or after the register closed. */
  readonly late: number;
}

export const noCounts: Counts = {
  possible: 0,
  attended: 0,
  authorised: 0,
  unauthorised: 0,
  notPossible: 0,
  noMark: 0,
  late: 0,
};

export const added = (a: Counts, b: Counts): Counts => ({
  possible: a.possible + b.possible,
  attended: a.attended + b.attended,
  authorised: a.authorised + b.authorised,
  unauthorised: a.unauthorised + b.unauthorised,
  notPossible: a.notPossible + b.notPossible,
  noMark: a.noMark + b.noMark,
  late: a.late + b.late,
});

/**
 * Sessions as a percentage of the possible ones; null, not 0, if none was possible. For a group, add up the sessions
 * first.
 */
export const percentOf = (sessions: number, possible: number): number | null =>
  possible > 0 ? (100 * sessions) / possible : null;

export const absentSessions = ({ authorised, unauthorised }: Counts): number => authorised + unauthorised;

/** Absence rate in per cent: (authorised + unauthorised) ÷ possible. */
export const absencePercent = (counts: Counts): number | null =>
  percentOf(absentSessions(counts), counts.possible);

/** Persistently absent: at least 10% of the possible sessions. Computed in integers, so that exactly 10% counts. */
export const isPersistent = (counts: Counts): boolean =>
  counts.possible > 0 && 10 * absentSessions(counts) >= counts.possible;

/** Severely absent: at least half of the possible sessions. */
export const isSevere = (counts: Counts): boolean =>
  counts.possible > 0 && 2 * absentSessions(counts) >= counts.possible;

/** The absence percentages for which a programme is meant: from the minimum up to but not including the maximum. */
export interface EligibilityBand {
  readonly minAbsencePercent: number;
  readonly maxAbsencePercentExclusive: number;
}

export const isWithinBand = (counts: Counts, band: EligibilityBand): boolean =>
  counts.possible > 0 &&
  100 * absentSessions(counts) >= band.minAbsencePercent * counts.possible &&
  100 * absentSessions(counts) < band.maxAbsencePercentExclusive * counts.possible;

/** A percentage as reports show it: four decimals, half rounded to even. */
export function rounded(percent: number | null): number | null {
  if (percent === null) return null;
  const whole = Math.floor(percent * 10_000);
  const rest = percent * 10_000 - whole;
  return (whole + (rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? 1 : 0)) / 10_000;
}
